import { parseArgs } from "node:util";
import { ProblemError } from "@millrace/contracts";
import { runUntilStopped } from "@millrace/service";
import { startStandalone } from "./start-standalone.js";

const options = { pipeline: { type: "string" }, "no-example": { type: "boolean" } } as const;

await runUntilStopped(() => {
  const { pipeline, "no-example": none } = optionsGiven();
  return startStandalone({ pipeline, example: !none });
});

function optionsGiven() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new ProblemError({
      code: "OPTION_UNKNOWN",
      message: `${(error as Error).message.split(". ")[0]}.`,
      remedy: "There are --pipeline NAME (which example to run) and --no-example (run none).",
    });
  }
}
