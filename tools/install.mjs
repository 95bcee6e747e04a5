// What `npm start` and `npm test` do first on a fresh clone: install and build, saying so, and only when it is needed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const root = new URL("..", import.meta.url).pathname;

export function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (status !== 0) process.exit(status ?? 1);
}

const stampFile = join(root, "node_modules/.millrace-installed");
const lockDigest = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
const installed = () => (existsSync(stampFile) ? readFileSync(stampFile, "utf8") : "");

/** Installs what is needed to run, or with `dev` also what is needed to test. */
export function install({ dev }) {
  const [digest, kind] = installed().split(" ");
  if (digest === lockDigest() && (kind === "dev" || !dev)) return;
  console.log(
    dev ? "Installing what tests need (about a minute) …" : "Installing what it needs to run (about 20 seconds) …",
  );
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...(dev ? [] : ["--omit=dev"])]);
  writeFileSync(stampFile, `${lockDigest()} ${dev ? "dev" : "run"}`);
}

const newestIn = (folder, wanted) =>
  !existsSync(folder)
    ? 0
    : readdirSync(folder, { recursive: true })
        .filter(wanted)
        .reduce((newest, name) => Math.max(newest, statSync(join(folder, name)).mtimeMs), 0);

const isStale = (project) =>
  newestIn(join(project, "src"), (name) => name.endsWith(".ts") && !name.includes(".test.")) >
  newestIn(join(project, "dist"), (name) => name.endsWith(".js"));

const projectsIn = (folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name));

/** Compiles the projects whose sources are newer than what was compiled of them, and then the programs. */
export async function build() {
  const projects = [...projectsIn("libs"), ...projectsIn("apps")].filter((project) => existsSync(join(project, "src")));
  const stale = existsSync(join(root, "dist/chunks")) ? projects.filter(isStale) : projects;
  if (stale.length === 0) return;
  console.log(`Building ${stale.length} of ${projects.length} projects …`);
  const { buildProjects } = await import("./build.mjs");
  await buildProjects(stale);
}
