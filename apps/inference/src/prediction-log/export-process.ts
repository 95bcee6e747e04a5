import { exportSegments } from "./export-segments.js";
import type { ExportJob } from "./log-store.js";

// A process of its own, at the lowest priority: making Parquet and sending it takes nothing from predictions, and its
// memory is given back when it ends.
process.once("message", (job: ExportJob) => void run(job));

async function run(job: ExportJob): Promise<void> {
  for await (const outcome of exportSegments(job)) {
    if (!process.connected) break;
    process.send!(outcome);
  }
  process.disconnect();
}
