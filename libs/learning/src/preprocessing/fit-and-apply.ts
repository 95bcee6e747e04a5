import type { Table } from "@millrace/contracts";
import type { Matrix } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import { matrixOfColumns } from "./apply-preprocessor.js";
import { categoriesOf, categoriesOfNumbers } from "./categories-of.js";
import { placedChains, type PlacedChain } from "./chain-outputs.js";
import type { FilledColumns } from "./fill-neighbours.js";
import { fitKeepingColumns, type FitOptions } from "./fit-preprocessor.js";
import { transformOf } from "./number-transforms.js";
import { planOf, planSteps, type Plan } from "./plan-columns.js";
import { preprocessProblem } from "./preprocess-problem.js";
import type { EncodeCategorical, PreprocessStep } from "./preprocess-steps.js";
import type { ChainState, PreprocessorState } from "./preprocessor-state.js";
import { encodingOf, outputsOf, type Target, type TargetState } from "./target-encode.js";

export interface FittedMatrix {
  readonly state: PreprocessorState;
  /** The training rows: what is encoded by the target does not know the target of its own row. */
  readonly matrix: Matrix;
}

const FOLDS = 5;

/**
 * Fits a preprocessor and applies it to the rows that it learnt from. Where a column is encoded by the target, each row gets
 * the encoding of the other folds, or a model would find its own answers in it; all other rows get the encoding of them all.
 */
export function fitAndApplyPreprocessor(
  table: Table,
  steps: readonly PreprocessStep[],
  options: FitOptions,
): FittedMatrix {
  const { state, columns } = fitKeepingColumns(table, steps, options);
  const matrix = matrixOfColumns(state, columns);
  const encoded = placedChains(state).filter(({ chain }) => chain.encoder?.encode === "target");
  if (encoded.length === 0) return { state, matrix };
  const plan = planSteps(steps);
  for (const placed of encoded) {
    const step = stepOf(plan, placed.chain);
    const folds = dealFolds(options.target!, table.rows, step.folds ?? FOLDS, options.seed ?? 0);
    crossFit(matrix, placed, { codes: categoryCodes(columns, placed.chain), folds, step, target: options.target! });
  }
  return { state, matrix };
}

const stepOf = (plan: Plan, { column, kind }: ChainState): EncodeCategorical => planOf(plan, column, kind).encode!;

/** The category codes of the training rows as the encoder saw them. */
function categoryCodes({ sources, filled }: FilledColumns, { column, fill, steps }: ChainState): Int32Array {
  const source = sources.get(column)!;
  if (source.kind === "text") return categoriesOf(source, fill).codes();
  const work = (filled.get(column) ?? source.values).slice();
  for (const step of steps) transformOf(step).apply(step, work);
  return categoriesOfNumbers(work).codes();
}

/** The fold of each row; each class is spread evenly over the folds. */
export function dealFolds(target: Target, rows: number, folds: number, seed: number): Int32Array {
  if (rows < folds) throw tooFewRows(rows, folds);
  const order = seededRandom(seed)
    .fork("target encoding")
    .shuffle(Int32Array.from({ length: rows }, (_, row) => row));
  const dealt = "codes" in target ? order.sort((a, b) => target.codes[a]! - target.codes[b]!) : order;
  const foldOf = new Int32Array(rows);
  dealt.forEach((row, index) => (foldOf[row] = index % folds));
  return foldOf;
}

interface CrossFitting {
  readonly codes: Int32Array;
  /** The fold of each row. */
  readonly folds: Int32Array;
  readonly step: EncodeCategorical;
  readonly target: Target;
}

function crossFit(matrix: Matrix, { chain, offset }: PlacedChain, fitting: CrossFitting): void {
  const { outputs } = outputsOf(fitting.target);
  const count = (chain.encoder as TargetState).categories.length;
  outputs.forEach((values, output) => {
    const encoded = crossFitted({ ...fitting, values, count });
    for (let row = 0; row < matrix.rows; row++) matrix.values[row * matrix.columns + offset + output] = encoded[row]!;
  });
}

/** One output, each row encoded by the rows of the other folds. */
export function crossFitted(
  task: Omit<CrossFitting, "target"> & { readonly values: Float64Array; readonly count: number },
): Float32Array {
  const { codes, folds } = task;
  const encoded = new Float32Array(codes.length);
  const last = folds.reduce((most, fold) => Math.max(most, fold), 0);
  for (let fold = 0; fold <= last; fold++) {
    const { encoding, mean } = encodingOf({ ...task, counts: (row) => folds[row] !== fold });
    for (let row = 0; row < codes.length; row++)
      if (folds[row] === fold) encoded[row] = codes[row]! < 0 ? mean : encoding[codes[row]!]!;
  }
  return encoded;
}

const tooFewRows = (rows: number, folds: number) =>
  preprocessProblem(
    "PREPROCESS_TOO_FEW_ROWS",
    "(target)",
    `${rows} rows cannot be dealt into the ${folds} folds of a target encoding.`,
    "Set folds lower, or encode in another way.",
  );
