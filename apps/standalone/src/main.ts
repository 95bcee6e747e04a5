import { parseArgs } from "node:util";
import { runUntilStopped } from "@millrace/service";
import { startStandalone } from "./start-standalone.js";

await runUntilStopped(() => {
  const { values } = parseArgs({ options: { pipeline: { type: "string" } } });
  return startStandalone(values);
});
