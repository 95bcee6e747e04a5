import { quotedName } from "../expression/syntax.js";
import { textCounts, type TextCount } from "../expression/texts.js";
import { stepProblem } from "./preprocess-problem.js";
import type { TextStep } from "./preprocess-steps.js";

const allParts = Object.keys(textCounts) as TextCount[];

/** A text step as what it stands for: derived columns, by name. They cannot be exported to ONNX. */
export function textFeatures(step: TextStep): [name: string, expression: string][] {
  const parts = step.parts ?? allParts;
  const unknown = parts.find((part) => !allParts.includes(part));
  if (unknown) throw stepProblem(step, `a text has no ${unknown}.`, `What can be counted is ${allParts.join(", ")}.`);
  return step.text.flatMap((column) =>
    parts.map((part): [string, string] => [`${column}.${part}`, `${part}(${quotedName(column)})`]),
  );
}
