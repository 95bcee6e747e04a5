import { defineService } from "@millrace/service";
import { evaluate } from "./evaluate.js";
import { stopEvaluating } from "./evaluation-pool.js";

export const evaluator = defineService({
  name: "evaluator",
  steps: [evaluate],
  start: () => ({ stop: stopEvaluating }),
});
