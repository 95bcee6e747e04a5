import type { PreprocessStep } from "./preprocess-steps.js";
import { stepProblem } from "./preprocess-problem.js";

export type Task = "derive" | "dates" | "text" | "fillNumbers" | "fillTexts" | "clip" | "scale" | "buckets" | "encode";

interface Option {
  readonly takes: (value: unknown) => boolean;
  readonly expected: string;
}

interface Rule {
  readonly task: Task;
  /** What the step is called by, and on which kind of columns it works. */
  readonly name: "impute" | "clip" | "scale" | "buckets" | "encode";
  readonly kind: "numeric" | "categorical";
  readonly ways: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
}

const oneOf = (...values: readonly unknown[]): Option => ({
  takes: (value) => values.includes(value),
  expected: `one of ${values.join(", ")}`,
});
const number = (least: number, most: number): Option => ({
  takes: (value) => typeof value === "number" && value >= least && value <= most,
  expected: `a number from ${least} to ${most}`,
});
const whole = (least: number): Option => ({
  takes: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  expected: `a whole number from ${least} on`,
});
const text: Option = { takes: (value) => typeof value === "string", expected: "a text" };
const texts: Option = {
  takes: (value) => Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string"),
  expected: "a list of texts",
};
const rising: Option = {
  takes: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item, index) => Number.isFinite(item) && (index === 0 || item > value[index - 1])),
  expected: "a list of rising numbers",
};
const yesOrNo = oneOf(true, false);
const LARGEST = 3.4e38;

export const rules: readonly Rule[] = [
  {
    ...{ task: "fillNumbers", name: "impute", kind: "numeric" },
    ways: ["mean", "median", "constant", "most-frequent", "knn", "keep"],
    options: {
      ...{ value: number(-LARGEST, LARGEST), neighbours: whole(1), weights: oneOf("uniform", "distance") },
      ...{ sample: whole(1), indicators: yesOrNo },
    },
  },
  {
    ...{ task: "fillTexts", name: "impute", kind: "categorical" },
    ways: ["most-frequent", "constant", "keep"],
    options: { value: text, indicators: yesOrNo },
  },
  {
    ...{ task: "clip", name: "clip", kind: "numeric" },
    ways: ["quantiles", "iqr"],
    options: { low: number(0, 1), high: number(0, 1), factor: number(0, LARGEST) },
  },
  {
    ...{ task: "scale", name: "scale", kind: "numeric" },
    ways: ["standard", "min-max", "robust", "max-abs", "power", "quantile", "none"],
    options: { output: oneOf("uniform", "normal"), quantiles: whole(2) },
  },
  {
    ...{ task: "buckets", name: "buckets", kind: "numeric" },
    ways: ["borders", "quantile", "uniform"],
    options: { borders: rising, count: whole(2) },
  },
  {
    ...{ task: "encode", name: "encode", kind: "categorical" },
    ways: ["one-hot", "ordinal", "native", "frequency", "hashing", "target"],
    options: {
      ...{ minFrequency: number(0, LARGEST), unknown: oneOf("ignore", "column", "rare"), order: texts },
      ...{ outputs: whole(1), signed: yesOrNo, folds: whole(2) },
      smoothing: {
        takes: (value) => value === "auto" || number(0, LARGEST).takes(value),
        expected: "auto or a number",
      },
    },
  },
];

/** Which task a step is for; one that is not understood is refused with what is wrong. */
export function taskOf(step: PreprocessStep): Task {
  const given = step as unknown as Record<string, unknown>;
  const derives = (["derive", "dates", "text"] as const).find((name) => given[name] !== undefined);
  if (derives) return derives;
  const rule = rules.find(({ name, kind }) => given[name] === kind);
  if (!rule) throw stepProblem(step, "it is no known step.", `Use derive, dates, text, ${namesOfRules}.`);
  checkWay(step, rule, given);
  return rule.task;
}

const namesOfRules = rules.map(({ name, kind }) => `${name}: ${kind}`).join(", ");

function checkWay(step: PreprocessStep, { name, ways, options }: Rule, given: Readonly<Record<string, unknown>>): void {
  if (!ways.includes(String(given.with)))
    throw stepProblem(step, "it is done in no known way.", `Set with to one of ${ways.join(", ")}.`);
  for (const [option, value] of Object.entries(given)) {
    if (option === name || option === "with" || value === undefined) continue;
    const known = option === "columns" ? texts : options[option];
    if (!known)
      throw stepProblem(step, `it has no option ${option}.`, `Its options are ${Object.keys(options).join(", ")}.`);
    if (!known.takes(value)) throw stepProblem(step, `${option} must be ${known.expected}.`, "Correct it.");
  }
  if (given.with === "borders" && given.borders === undefined)
    throw stepProblem(step, "it has no borders.", "Add borders: a list of rising numbers.");
}
