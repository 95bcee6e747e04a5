import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(__dirname, "..");
const tsc = join(dirname(require.resolve("typescript-native/package.json")), "bin/tsc");

interface Packed {
  filename: string;
  files: { path: string }[];
}

// Built in a folder of its own, as `prepack` does it here: building removes dist first, and others are using that one.
describe("the package as it is published", () => {
  let dir: string;
  let packed: Packed;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "package-"));
    const parts = ["package.json", "README.md", "LICENSE", "src", "fixtures"];
    for (const part of parts) await cp(join(root, part), join(dir, "source", part), { recursive: true });
    await run(process.execPath, [join(root, "../../tools/build.mjs"), join(dir, "source")]);
    await writeFile(join(dir, "source/tsconfig.types.json"), JSON.stringify(await typesConfig()));
    await run(process.execPath, [tsc, "-p", join(dir, "source/tsconfig.types.json")]);
    const pack = ["pack", "--json", "--silent", "--ignore-scripts", `--pack-destination=${dir}`];
    const { stdout } = await run("npm", pack, { cwd: join(dir, "source") });
    packed = (JSON.parse(stdout) as Packed[])[0]!;
  }, 60_000);
  afterAll(() => rm(dir, { recursive: true }));

  async function typesConfig() {
    const own = JSON.parse(await readFile(join(root, "tsconfig.types.json"), "utf8"));
    const typeRoots = [dirname(dirname(require.resolve("@types/node/package.json")))];
    const compilerOptions = { ...own.compilerOptions, typeRoots };
    return { ...own, extends: join(root, "../../tsconfig.base.json"), compilerOptions };
  }

  test("has code, types, sources, a README and a licence, and no tests", () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of ["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "src/index.ts"])
      expect(paths).toContain(path);
    expect(paths.filter((path) => /test|fixture|jest|tsconfig/.test(path))).toEqual([]);
  });

  test("says what a package has to say, and depends on nothing", async () => {
    const about = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    expect(about).toMatchObject({ type: "module", sideEffects: false, license: "MIT", engines: { node: ">=20" } });
    expect(Object.keys(about.dependencies ?? {})).toEqual([]);
    expect(about.private).toBeUndefined();
  });

  test("is unpacked and imported by plain Node, and its types are checked as those of any package", async () => {
    await run("tar", ["-xzf", packed.filename.replace("@", "").replace("/", "-")], { cwd: dir });
    await run("mkdir", ["-p", join(dir, "node_modules/@millrace"), join(dir, "node_modules/@types")]);
    await symlink(join(dir, "package"), join(dir, "node_modules/@millrace/mlflow-client-ts"));
    await symlink(dirname(require.resolve("@types/node/package.json")), join(dir, "node_modules/@types/node"));
    const example = `import { createMlflowClient, isMissing, type MlflowClient, type Run } from "@millrace/mlflow-client-ts";
const client: MlflowClient = createMlflowClient({ trackingUri: "http://127.0.0.1:1" });
export const runs: AsyncGenerator<Run, void> = client.runs.search({ experimentIds: ["1"] });
console.log(Object.keys(client).sort().join() + " " + String(isMissing(new Error())));
`;
    await writeFile(join(dir, "example.mts"), example);
    await writeFile(join(dir, "example.mjs"), example.replace(/, type \w+/g, "").replace(/: [A-Z][\w<>, ]*? =/g, " ="));
    const { stdout } = await run(process.execPath, ["example.mjs"], { cwd: dir });
    expect(stdout.trim()).toBe(
      "aliases,artifacts,experiments,loggedModels,modelVersions,registeredModels,runs,server false",
    );
    const options = ["--module", "nodenext", "--strict", "--noEmit", "--skipLibCheck", "--types", "node"];
    await run(process.execPath, [tsc, ...options, "example.mts"], { cwd: dir });
  }, 60_000);
});
