// npm run test:faults -- --runs 200 [--from 1]: seeded lives of models on the real servers that `npm run services:up` started,
// at two registries that are killed (kill -9), stand still until the broker gives them up and go on (SIGSTOP, SIGCONT), and whose
// servers do what they are asked and then lose the answer or answer with an error. Ends with what was wrong, and the counts.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, install, root, run } from "./install.mjs";
import { loadServers } from "./load-servers.mjs";

const { values } = parseArgs({ options: { runs: { type: "string" }, from: { type: "string" } } });
loadServers();
install({ dev: true });
await build();
run("npx", ["jest", "src/process-faults.services.test.ts"], {
  cwd: join(root, "apps/registry"),
  env: {
    ...process.env,
    MILLRACE_TEST_SERVICES: "1",
    MILLRACE_FAULT_RUNS: values.runs ?? "200",
    MILLRACE_FAULT_FIRST: values.from ?? "1",
  },
});
