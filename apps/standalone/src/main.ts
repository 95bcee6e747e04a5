import { parseArgs } from "node:util";
import { runUntilStopped } from "@millrace/service";
import { startStandalone } from "./start-standalone.js";

await runUntilStopped(() => {
  const options = { pipeline: { type: "string" }, "no-example": { type: "boolean" } } as const;
  const { pipeline, "no-example": none } = parseArgs({ options }).values;
  return startStandalone({ pipeline, example: !none });
});
