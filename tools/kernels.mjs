// Compiles every libs/kernels/assembly/NAME.ts that exports to libs/kernels/wasm/NAME.wasm. The results are committed, so that
// running Millrace needs no compiler; with --check it only says whether they are what the sources give.
import { mkdtempSync, readdirSync, readFileSync, rmSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import asc from "assemblyscript/asc";

const root = new URL("..", import.meta.url).pathname;
const sources = "libs/kernels/assembly";
const results = "libs/kernels/wasm";
const check = process.argv.includes("--check");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

const options = [
  ...["--runtime", "stub", "--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
  ...["--enable", "threads", "--enable", "simd", "--enable", "bulk-memory", "-O3", "--noAssert", "--disableWarning"],
];

/** Files without an export of their own are parts that others include. */
const isKernel = (file) =>
  file.endsWith(".ts") && /^\/\/ kernel\b/m.test(readFileSync(join(root, sources, file), "utf8"));

async function compile(name, folder) {
  const outFile = join(folder, `${name}.wasm`);
  const { error, stderr } = await asc.main([
    `${sources}/${name}.ts`,
    "--outFile",
    outFile,
    "--baseDir",
    root,
    ...options,
  ]);
  if (!error) return outFile;
  process.stderr.write(stderr.toString());
  process.exit(1);
}

const names = readdirSync(join(root, sources))
  .filter(isKernel)
  .map((file) => basename(file, ".ts"))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
const folder = check ? mkdtempSync(join(tmpdir(), "kernels-")) : join(root, results);
const stale = [];
for (const name of names) {
  const made = await compile(name, folder);
  const committed = join(root, results, `${name}.wasm`);
  if (check && !(existsSync(committed) && readFileSync(made).equals(readFileSync(committed)))) stale.push(name);
}
if (check) rmSync(folder, { recursive: true });
console.log(
  check
    ? `${names.length - stale.length} kernels are current, ${stale.length} are not.`
    : `${names.length} kernels compiled.`,
);
if (stale.length > 0) {
  console.error(`Not what their sources give: ${stale.join(", ")}. Run \`npm run kernels\` and commit the result.`);
  process.exit(1);
}
