import { ProblemError } from "@millrace/contracts";
import type { Parameters, TrainingData } from "./family.js";
import { share, wholeNumber, yesOrNo, type ParameterRule } from "./parameters.js";

const named = ["auto", "sqrt", "log2", "third", "all"] as const;

/** auto: the square root for classes; for values what the family says. A number is the share of the columns. */
const columnsRule: ParameterRule = {
  default: "auto",
  accepts: (given) =>
    (typeof given === "number" && given > 0 && given <= 1) || (named as readonly unknown[]).includes(given),
  expected: `one of ${named.join(", ")}, or a share above 0 and at most 1`,
};

export const treeRules = {
  /** 0: until a leaf has nothing left to tell apart. */
  maxDepth: wholeNumber(0, 0, 4095),
  /** The least weight of a leaf. A row counts as often as it was drawn; 1 asks for no more than one row. */
  minRows: wholeNumber(1, 1),
  maxBins: wholeNumber(255, 2, 255),
} satisfies Record<string, ParameterRule>;

export const forestRules = (bootstrap: boolean) =>
  ({
    trees: wholeNumber(100, 1, 10_000),
    ...treeRules,
    columnsPerSplit: columnsRule,
    /** Rows of a tree are drawn with replacement, by their weight. */
    bootstrap: yesOrNo(bootstrap),
    /** How many rows of a tree are drawn, of all rows. */
    rowShare: share(1),
    /** What trees say of the rows that they have not seen. */
    outOfBag: yesOrNo(true),
  }) satisfies Record<string, ParameterRule>;

type Named = (typeof named)[number];

export interface ForestParameters {
  readonly trees: number;
  readonly maxDepth: number;
  readonly minRows: number;
  readonly maxBins: number;
  readonly columnsPerSplit: Named | number;
  readonly bootstrap: boolean;
  readonly rowShare: number;
  readonly outOfBag: boolean;
  /** Cuts are drawn instead of sought. */
  readonly randomCuts: boolean;
  /** What "auto" is for a regression. */
  readonly autoForValues: "third" | "all";
}

/** How many columns a split looks at. */
export function columnsPerSplitOf(parameters: ForestParameters, { x, classes }: TrainingData): number {
  const { columnsPerSplit, autoForValues } = parameters;
  const rule = columnsPerSplit === "auto" ? (classes > 0 ? "sqrt" : autoForValues) : columnsPerSplit;
  const { columns } = x;
  const counts = { sqrt: Math.sqrt(columns), log2: Math.log2(columns), third: columns / 3, all: columns };
  return Math.max(1, Math.floor(typeof rule === "number" ? rule * columns : counts[rule]));
}

/** How many rows a tree draws. */
export const drawsOf = ({ rowShare }: ForestParameters, rows: number): number =>
  Math.max(1, Math.round(rowShare * rows));

/** A leaf has one byte for a row's class. */
const MOST_CLASSES = 255;

export function requireFewClasses(family: string, { classes }: TrainingData): void {
  if (classes <= MOST_CLASSES) return;
  throw new ProblemError({
    code: "MODEL_TOO_MANY_CLASSES",
    where: family,
    message: `${classes} classes are more than the ${MOST_CLASSES} that it takes.`,
    remedy: "Join rare classes into one.",
  });
}

export const forestParametersOf = (given: Parameters, fixed: Partial<ForestParameters>): ForestParameters => ({
  ...(given as unknown as ForestParameters),
  ...fixed,
});
