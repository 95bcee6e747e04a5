import { problemOf, Retry } from "@millrace/contracts";
import { readPage, type ReadJob } from "./read-page.js";

// A process of its own: reading the log must not make a prediction wait, and DuckDB is in nobody's memory afterwards.
process.once("message", (job: ReadJob) => void run(job));

async function run(job: ReadJob): Promise<void> {
  const answer = await readPage(job).then(
    (page) => ({ page }),
    (error: unknown) => ({ problem: problemOf(error), away: error instanceof Retry }),
  );
  process.send!(answer, () => process.disconnect());
}
