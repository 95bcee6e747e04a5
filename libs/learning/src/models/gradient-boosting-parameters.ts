import { ProblemError } from "@millrace/contracts";
import type { Parameters, TrainingData } from "./family.js";
import { parametersOf, positive, share, wholeNumber, type ParameterRule } from "./parameters.js";

const atLeastZero = (value: number): ParameterRule => ({
  default: value,
  accepts: (given) => typeof given === "number" && given >= 0 && Number.isFinite(given),
  expected: "a number of at least 0",
});

const between0And1 = (value: number): ParameterRule => ({
  default: value,
  accepts: (given) => typeof given === "number" && given > 0 && given < 1,
  expected: "a number above 0 and below 1",
});

const oneOf = (first: string, ...others: readonly string[]): ParameterRule => ({
  default: first,
  accepts: (given) => [first, ...others].includes(given as string),
  expected: `one of ${[first, ...others].join(", ")}`,
});

const wholeNumbers = (min: number, max: number, expected: string): ParameterRule => ({
  default: [],
  accepts: (given) =>
    Array.isArray(given) && given.every((each) => Number.isInteger(each) && each >= min && each <= max),
  expected,
});

export const boostingRules = {
  rounds: wholeNumber(100, 1, 100_000),
  leaves: wholeNumber(31, 2, 4096),
  learningRate: positive(0.1),
  minRows: wholeNumber(20, 1),
  minHessian: atLeastZero(1e-3),
  /** 0: as deep as its leaves make it. */
  maxDepth: wholeNumber(0, 0, 4095),
  l1: atLeastZero(0),
  l2: atLeastZero(0),
  minGain: atLeastZero(0),
  rowShare: share(1),
  columnShare: share(1),
  maxBins: wholeNumber(255, 2, 255),
  /** auto: logistic for two classes, softmax for more, squared for a regression. */
  objective: oneOf("auto", "logistic", "softmax", "squared", "absolute", "quantile"),
  quantile: between0And1(0.5),
  /** For each column whether predictions may only rise (1) or fall (−1) with it. */
  monotone: wholeNumbers(-1, 1, "a list of −1, 0 or 1 for each column"),
  /** After so many rounds without a better loss on the validation rows it ends, and goes back to the best. 0: never. */
  earlyStopping: wholeNumber(0, 0),
  validationShare: between0And1(0.1),
  /** Given instead of drawn by validationShare. */
  validationRows: wholeNumbers(0, Number.MAX_SAFE_INTEGER, "a list of numbers of rows"),
  categorySmooth: atLeastZero(10),
  categoryL2: atLeastZero(10),
  categoryRows: wholeNumber(100, 0),
  maxCategories: wholeNumber(32, 1, 128),
} satisfies Record<string, ParameterRule>;

export type Objective = "logistic" | "softmax" | "squared" | "absolute" | "quantile";

type ListNames = "monotone" | "validationRows";
export type BoostingParameters = Readonly<
  Record<Exclude<keyof typeof boostingRules, "objective" | ListNames>, number> &
    Record<ListNames, readonly number[]> & { objective: "auto" | Objective }
>;

export const boostingParameters = (family: string, given: Readonly<Record<string, unknown>>): Parameters =>
  parametersOf(family, boostingRules, given);

const wrong = (parameter: string, message: string, remedy: string): ProblemError =>
  new ProblemError({ code: "PARAMETER_INVALID", where: `gradient-boosting.${parameter}`, message, remedy });

/** The loss that is minimised: one that goes with what is predicted. */
export function objectiveOf({ objective }: BoostingParameters, classes: number): Objective {
  const possible: readonly Objective[] =
    classes === 0 ? ["squared", "absolute", "quantile"] : classes === 2 ? ["logistic", "softmax"] : ["softmax"];
  if (objective === "auto") return possible[0]!;
  if (possible.includes(objective)) return objective;
  const what = classes === 0 ? "a regression" : `${classes} classes`;
  throw wrong("objective", `${objective} is not for ${what}.`, `Give one of auto, ${possible.join(", ")}.`);
}

/** Refuses what only the data show to be wrong. */
export function requireFitting(parameters: BoostingParameters, { x, classes, categorical = [] }: TrainingData): void {
  const { monotone, validationRows } = parameters;
  const objective = objectiveOf(parameters, classes);
  if (monotone.length > 0 && monotone.length !== x.columns) {
    const message = `it has ${monotone.length} entries for ${x.columns} columns.`;
    throw wrong("monotone", message, "Give one entry a column, 0 where there is no constraint.");
  }
  const ordered = categorical.find((column) => (monotone[column] ?? 0) !== 0);
  if (ordered !== undefined) {
    throw wrong("monotone", `column ${ordered} holds categories, which have no order.`, "Give 0 for it.");
  }
  if (monotone.some((direction) => direction !== 0) && ["softmax", "absolute", "quantile"].includes(objective)) {
    throw wrong("monotone", `it can't be kept with ${objective}.`, "Use logistic or squared, or leave monotone out.");
  }
  const beyond = validationRows.find((row) => row >= x.rows);
  if (beyond !== undefined) {
    throw wrong("validationRows", `there is no row ${beyond}: there are ${x.rows}.`, "Give rows from 0 on.");
  }
}
