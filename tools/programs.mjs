// Bundles every program (the services, the command line, their threads and child processes) with all that it imports, because
// a thousand small files take a second to import and a few large ones a tenth. Each stands where it is in its project
// (apps/NAME/dist/main.js); what several of them share is in dist/chunks/ of the repository.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { build } from "esbuild";

/** Packages that load files of their own, most of them native: they stay outside, and each is loaded when it is first needed. */
const outside = ["@duckdb/node-api", "@duckdb/node-bindings", "lmdb", "node-sqlite3-wasm"];
const optional = ["onnxruntime-node", "onnxruntime-web", "pg-native", "esbuild"];

const exportsValue = /^export (?!type |interface )/m;

/** A program is started by the path of its file, and nobody imports it. */
export const isProgram = (source) =>
  /^(main|.*-(worker|thread|process))\.ts$/.test(basename(source)) && !exportsValue.test(readFileSync(source, "utf8"));

const compiledName = (source) => source.replace(/\.ts$/, "").replace(`${sep}src${sep}`, `${sep}dist${sep}`);

const isService = (source) => basename(source) === "main.ts";

/**
 * Threads and child processes each by itself, and so is what has to start soonest: what several programs share, esbuild divides
 * by whole files, and an index.ts brings along all of its project.
 */
export async function bundlePrograms(root, sources) {
  const programs = sources.filter(isProgram);
  const alone = (source) =>
    !isService(source) || relative(root, source) === join("apps", "inference", "src", "main.ts");
  const groups = [programs.filter((source) => !alone(source)), ...programs.filter(alone).map((source) => [source])];
  const bundle = bundler(root, sources);
  const files = (await Promise.all(groups.map(bundle))).flat();
  writeAll(root, files);
}

function bundler(root, sources) {
  const plugins = [ownFiles(root, sources), required(root)];
  return async (programs) => {
    const { outputFiles } = await build({
      entryPoints: programs.map((source) => ({ in: source, out: relative(root, compiledName(source)) })),
      ...{ external: optional, outdir: root, chunkNames: "dist/chunks/[hash]" },
      ...{ bundle: true, splitting: true, write: false, platform: "node", format: "esm", target: "node20" },
      ...{ sourcemap: true, sourcesContent: false, logLevel: "warning", conditions: ["@millrace/source"] },
      // Packages made for CommonJS ask for Node's own modules by require.
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
      plugins,
    });
    return outputFiles;
  };
}

/** Stands for the way from a bundle to the root of the repository until it is known which bundle it is. */
const TO_ROOT = "millrace-root:";

/** In a bundle a source finds the files of its project from where it would be if it were compiled alone. */
const ownFiles = (root, sources) => ({
  name: "own-files",
  setup({ onLoad }) {
    const finding = new Set(sources.filter((source) => readFileSync(source, "utf8").includes("import.meta.url")));
    const names = [...new Set([...finding].map((source) => basename(source).replaceAll(".", "\\.")))];
    if (names.length === 0) return;
    onLoad({ filter: new RegExp(`/(${names.join("|")})$`) }, ({ path }) => {
      if (!finding.has(path)) return undefined;
      const own = `new URL("${TO_ROOT}${relative(root, compiledName(path))}.js", import.meta.url).href`;
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", own), loader: "ts" };
    });
  },
});

const noNames = (path) =>
  `import("${path}") gives no names in a bundle: import it as usual, in a file of its own that is loaded by import().`;

/** By require: where CommonJS is imported, Node first searches all of its text for what it exports (0.1 s for SQLite). */
const required = (root) => ({
  name: "required",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${outside.join("|")})$`) }, ({ path, kind }) => {
      if (kind === "require-call") return { path, external: true };
      if (kind === "import-statement") return { path, namespace: "required", sideEffects: false };
      return { errors: [{ text: noNames(path) }] };
    });
    onLoad({ filter: /./, namespace: "required" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      resolveDir: root,
    }));
  },
});

/** Chunks before those that import them, each at once: nothing that starts meanwhile finds half a bundle. */
function writeAll(root, files) {
  const chunks = join(root, "dist", "chunks");
  const isChunk = ({ path }) => path.startsWith(chunks + sep);
  for (const file of [...files.filter(isChunk), ...files.filter((file) => !isChunk(file))]) write(root, file);
  dropOld(chunks, new Set(files.map(({ path }) => path)));
}

function write(root, { path, contents }) {
  const toRoot = `${relative(dirname(path), root)}/`;
  const marked =
    path.endsWith(".js") && Buffer.from(contents.buffer, contents.byteOffset, contents.length).includes(TO_ROOT);
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, marked ? Buffer.from(contents).toString().replaceAll(TO_ROOT, toRoot) : contents);
  renameSync(partial, path);
}

const AN_HOUR_MS = 3_600_000;

/** Chunks of former builds stay for an hour: a service that starts or runs may still import one. */
function dropOld(folder, current) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!current.has(path) && Date.now() - statSync(path).mtimeMs > AN_HOUR_MS) rmSync(path);
  }
}
