// npm run test:services: the conformance suites and the whole flow on the real servers that `npm run services:up` started.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, install, root, run } from "./install.mjs";

const file = join(process.env.MILLRACE_SERVICES_DIR ?? join(root, ".services"), "env");
if (!existsSync(file)) {
  console.error(`There is no ${file}: start the servers with \`npm run services:up\` first.`);
  process.exit(1);
}
process.loadEnvFile(file);
install({ dev: true });
await build();
const projects = [
  "messaging",
  "storage",
  "tables",
  "runtimes",
  "ingestion",
  "mlflow-client-ts",
  "tracking",
  "cli",
  "trainer",
  "gateway",
  "inference",
  "registry",
  "standalone",
].map((name) => `@millrace/${name}`);
run(
  "npx",
  [
    "nx",
    "run-many",
    "-t",
    "test",
    "--skip-nx-cache",
    "--parallel=1",
    "--output-style=static",
    `--projects=${projects.join(",")}`,
  ],
  {
    env: { ...process.env, MILLRACE_TEST_SERVICES: "1", NX_TUI: "false" },
  },
);
