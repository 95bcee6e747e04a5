// npm run test:services: the conformance suites and the whole flow on the real servers that `npm run services:up` started.
import { build, install, run } from "./install.mjs";
import { loadServers } from "./load-servers.mjs";

loadServers();
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
