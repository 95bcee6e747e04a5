import {
  columnNamed,
  ProblemError,
  type Column,
  type NumericColumn,
  type Table,
  type TextColumn,
} from "@millrace/contracts";
import { mean, mostFrequent, presentSorted, quantile, standardDeviation } from "../data/number-summary.js";
import { columnMissing, notEncoded, nothingToLearn, valueMissing } from "./preprocess-problem.js";
import {
  outputNames,
  type CategoricalInput,
  type EncodeCategorical,
  type ImputeCategorical,
  type ImputeNumeric,
  type InputState,
  type NumericInput,
  type PreprocessorState,
  type PreprocessStep,
  type ScaleNumeric,
} from "./preprocessor-state.js";

interface Plan {
  readonly fillNumbers?: ImputeNumeric;
  readonly fillTexts?: ImputeCategorical;
  readonly scale?: ScaleNumeric;
  readonly encode?: EncodeCategorical;
}

/** Learns from a table what the steps need: means, widths, categories. */
export function fitPreprocessor(
  table: Table,
  steps: readonly PreprocessStep[],
  { features }: { features: readonly string[] },
): PreprocessorState {
  const plan = planOf(steps);
  const inputs = features.map((name) => fitColumn(columnNamed(table, name) ?? refuse(columnMissing(name)), plan));
  return { format: "millrace-preprocessor/1", inputs, outputs: inputs.flatMap(outputNames) };
}

function refuse(problem: ProblemError): never {
  throw problem;
}

function planOf(steps: readonly PreprocessStep[]): Plan {
  const plan: Record<string, PreprocessStep> = {};
  for (const step of steps) {
    const task = taskOf(step);
    if (plan[task]) refuseStep(step, "the same columns are given this step twice", "Keep one of them.");
    plan[task] = step;
  }
  return plan as Plan;
}

const ways: Record<keyof Plan, readonly string[]> = {
  fillNumbers: ["mean", "median", "constant", "most-frequent"],
  fillTexts: ["most-frequent", "constant"],
  scale: ["standard", "min-max", "robust"],
  encode: ["one-hot"],
};

function taskOf(step: PreprocessStep): keyof Plan {
  const named = { ...step } as { impute?: string; scale?: string; encode?: string; with?: string };
  const task =
    named.impute === "numeric"
      ? "fillNumbers"
      : named.impute === "categorical"
        ? "fillTexts"
        : named.scale === "numeric"
          ? "scale"
          : "encode";
  if (task === "encode" && named.encode !== "categorical")
    refuseStep(step, "it is no known step", "Use impute, scale or encode.");
  if (!ways[task].includes(named.with ?? ""))
    refuseStep(step, "it is done in no known way", `Set with to one of ${ways[task].join(", ")}.`);
  return task;
}

function refuseStep(step: PreprocessStep, message: string, remedy: string): never {
  throw new ProblemError({
    code: "PREPROCESS_STEP_INVALID",
    where: `step ${JSON.stringify(step)}`,
    message: `${message}.`,
    remedy,
  });
}

const fitColumn = (column: Column, plan: Plan): InputState =>
  column.kind === "number" ? fitNumbers(column, plan) : fitTexts(column, plan);

function fitNumbers({ name, values }: NumericColumn, { fillNumbers, scale }: Plan): NumericInput {
  const present = presentSorted(values);
  const missing = values.length - present.length;
  if (missing > 0 && !fillNumbers) throw valueMissing(name, "number");
  if (present.length === 0 && !(fillNumbers?.with === "constant")) throw nothingToLearn(name);
  const fill = fillNumbers ? fillOf(present, fillNumbers) : null;
  const filled = missing === 0 ? values : values.map((value) => (Number.isNaN(value) ? fill! : value));
  return { name, kind: "number", fill, ...scaleOf(filled, scale) };
}

function fillOf(present: Float64Array, step: ImputeNumeric): number {
  if (step.with === "constant") return step.value ?? 0;
  if (step.with === "mean") return mean(present);
  return step.with === "median" ? quantile(present, 0.5) : mostFrequent(present);
}

/** Infinity is a width of 1 like 0: the column says nothing then, and must not make a NaN. */
function scaleOf(values: Float64Array, step: ScaleNumeric | undefined): { center: number; width: number } {
  if (!step) return { center: 0, width: 1 };
  const { center, width } = scales[step.with](values, presentSorted(values));
  return { center, width: width > 0 && Number.isFinite(width) ? width : 1 };
}

const scales: Record<
  ScaleNumeric["with"],
  (values: Float64Array, sorted: Float64Array) => { center: number; width: number }
> = {
  standard: (values, sorted) =>
    sorted[0] === sorted.at(-1)
      ? { center: sorted[0]!, width: 1 }
      : { center: mean(values), width: standardDeviation(values) },
  "min-max": (_, sorted) => ({ center: sorted[0]!, width: sorted.at(-1)! - sorted[0]! }),
  robust: (_, sorted) => ({ center: quantile(sorted, 0.5), width: quantile(sorted, 0.75) - quantile(sorted, 0.25) }),
};

function fitTexts({ name, codes, dictionary }: TextColumn, { fillTexts, encode }: Plan): CategoricalInput {
  if (!encode) throw notEncoded(name);
  const counts = new Map(dictionary.map((text) => [text, 0]));
  for (const code of codes) if (code >= 0) counts.set(dictionary[code]!, counts.get(dictionary[code]!)! + 1);
  const missing = codes.reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0);
  if (missing > 0 && !fillTexts) throw valueMissing(name, "text");
  if (missing === codes.length && fillTexts?.with !== "constant") throw nothingToLearn(name);
  const fill = fillTexts ? fillText(counts, fillTexts) : null;
  if (fill !== null && missing > 0) counts.set(fill, (counts.get(fill) ?? 0) + missing);
  return { name, kind: "text", fill, ...categoriesOf(counts, encode.minFrequency ?? 1) };
}

function fillText(counts: ReadonlyMap<string, number>, step: ImputeCategorical): string {
  if (step.with === "constant") return step.value ?? "missing";
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

function categoriesOf(
  counts: ReadonlyMap<string, number>,
  minFrequency: number,
): Pick<CategoricalInput, "categories" | "rare"> {
  const seen = [...counts.keys()].filter((text) => counts.get(text)! > 0).sort();
  const frequent = (text: string) => counts.get(text)! >= minFrequency;
  return { categories: seen.filter(frequent), rare: seen.filter((text) => !frequent(text)) };
}
