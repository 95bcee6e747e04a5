import { dateParts, type DatePart } from "../expression/calendar.js";
import { quotedName } from "../expression/syntax.js";
import { stepProblem } from "./preprocess-problem.js";
import type { DatesStep } from "./preprocess-steps.js";

const allParts = Object.keys(dateParts) as DatePart[];

/** A dates step as what it stands for: derived columns, by name. ISO texts cannot be exported to ONNX; numbers can. */
export function dateFeatures(step: DatesStep): [name: string, expression: string][] {
  const parts = step.parts ?? allParts;
  const unknown = parts.find((part) => !allParts.includes(part));
  if (unknown) throw stepProblem(step, `a date has no part ${unknown}.`, `Its parts are ${allParts.join(", ")}.`);
  return step.dates.flatMap((column) =>
    parts.map((part): [string, string] => [`${column}.${part}`, `${part}(${quotedName(column)})`]),
  );
}
