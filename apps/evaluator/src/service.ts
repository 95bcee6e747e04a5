import { defineService } from "@millrace/service";
import { evaluate } from "./evaluate.js";

export const evaluator = defineService({ name: "evaluator", steps: [evaluate] });
