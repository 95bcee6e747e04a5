// Compiles the projects named (`node tools/build.mjs libs/NAME apps/NAME`), else that of the current folder, else all of them:
// each source to a file of its own in dist/, for what imports a project; then all programs, which tools/programs.mjs bundles.
// Types are checked by `npm run typecheck`.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { bundlePrograms, isProgram } from "./programs.mjs";

const root = new URL("..", import.meta.url).pathname;
const isSource = (name) => name.endsWith(".ts") && !/(\.d|\.test|-for-test|-fixtures)\.ts$/.test(name);

export const projects = () =>
  ["libs", "apps"]
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
    .filter((project) => existsSync(join(project, "src")));

export function sourcesOf(project) {
  const src = join(project, "src");
  if (!existsSync(src)) return [];
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Each source by itself. What is there is overwritten, not taken away: a process that runs may be about to load it. */
export async function compileProject(project) {
  const sources = sourcesOf(project);
  const dist = join(project, "dist");
  await build({
    entryPoints: sources.filter((source) => !isProgram(source)),
    outdir: dist,
    outbase: join(project, "src"),
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: true,
    logLevel: "warning",
  });
  dropOrphans(project, sources);
}

/** What was compiled of a source that is gone. */
function dropOrphans(project, sources) {
  const known = new Set(sources.map((source) => relative(join(project, "src"), source).slice(0, -3)));
  for (const entry of readdirSync(join(project, "dist"), { recursive: true }))
    if (/\.js(\.map)?$/.test(entry) && !known.has(entry.replace(/\.js(\.map)?$/, "")))
      rmSync(join(project, "dist", entry));
}

export async function buildProjects(named) {
  await Promise.all(named.map(compileProject));
  await bundlePrograms(root, projects().flatMap(sourcesOf));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const named = process.argv.slice(2);
  if (named.length > 0) await buildProjects(named);
  else if (existsSync("src")) await compileProject(process.cwd());
  else await buildProjects(projects());
}
