// Compiles every TypeScript source of the project in the current folder (or of the folders named) to dist/, file by file:
// no bundling, so that stack traces and worker paths stay what they are in the source. Types are checked by `npm run typecheck`.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const isSource = (name) => name.endsWith(".ts") && !/(\.d|\.test|-for-test|-fixtures)\.ts$/.test(name);

export function sourcesOf(root) {
  const src = join(root, "src");
  if (!existsSync(src)) return [];
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

export async function buildProject(root) {
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  await build({
    entryPoints: sourcesOf(root),
    outdir: dist,
    outbase: join(root, "src"),
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: true,
    logLevel: "warning",
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const roots = process.argv.slice(2);
  await Promise.all((roots.length > 0 ? roots : [process.cwd()]).map(buildProject));
}
