import { refuseCancelled } from "../data/cancelled.js";
import { takeMatrixRows, type Matrix } from "../data/matrix.js";
import { sparseRows } from "../data/sparse-rows.js";
import type { FitContext, TrainingData } from "./family.js";
import { diagonal, minimise, type Minimum, type Preconditioner, type StopRule } from "./lbfgs.js";
import type { FlatDirections } from "./coordinate-descent.js";
import { solveWith } from "./linear-cholesky.js";
import { denseProblem } from "./linear-dense.js";
import { minimiseOrthantWise } from "./linear-orthant-wise.js";
import {
  penalised,
  penaltyOf,
  sizeOf,
  watchOf,
  type ColumnFrame,
  type LinearLoss,
  type LinearPenalty,
  type LinearProblem,
} from "./linear-problem.js";
import { minimiseByProximalNewton } from "./linear-proximal-newton.js";
import { sparseProblem } from "./linear-sparse.js";
import { factorOf, minimiseByNewton } from "./newton.js";

// Up to here Newton's few dear steps are quicker than many cheap ones.
export const NEWTON_WEIGHTS = 500;
/** A tenth of the values: below, a pass over those that are not 0 is shorter than one over all with four at a time. */
const SPARSE = 0.1;
/** So many rows for each weight tell the second derivatives well enough to step by. */
const SAMPLE_ROWS = 10;
const LEAST_SAMPLE = 4096;
const SAMPLE_STEPS = 25;
/** A column of which the sample has less than this share of the mean square. */
const RARE = 0.5;
/** After so many steps the sample has shown that it does not tell of all rows. */
const PATIENCE = 40;
/** The last of Newton's steps doubles the digits. */
const NEWTON_EXACTER = 1e-3;

export interface LinearTask {
  readonly data: TrainingData;
  readonly loss: LinearLoss;
  readonly outputs: number;
  /** Of the coefficients of the columns as they are, for the mean loss. */
  readonly penalty: { readonly l2: number; readonly l1: number };
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Up to how many weights second derivatives are made. */
  readonly newtonWeights?: number;
}

export interface LinearSolution extends Minimum {
  readonly problem: LinearProblem;
}

/** The weights with the least mean loss and penalty. */
export function solveLinear(task: LinearTask, context: FitContext): LinearSolution {
  const watch = watchOf(context, task.tolerance);
  refuseCancelled(context.signal, "the fit");
  const problem = openProblem(task, context);
  try {
    const start = sampleStart(task, problem, context);
    return { problem, ...descend(task, problem, start, { ...task, watch }) };
  } finally {
    problem.close();
  }
}

export function openProblem(task: LinearTask, context: FitContext, frame?: ColumnFrame): LinearProblem {
  const { data, loss, outputs } = task;
  const curved = isCurved(task);
  if (loss !== "squared" && isSparse(data)) return sparseProblem(data, sparseRows(data.x), loss, outputs);
  return denseProblem(data, { loss, outputs, curved, threads: context.threads, frame });
}

const isCurved = ({ data, outputs, newtonWeights = NEWTON_WEIGHTS }: LinearTask): boolean =>
  sizeOf({ outputs, columns: data.x.columns }) <= newtonWeights;

/** By some rows that lie evenly among all. */
function isSparse({ x }: TrainingData): boolean {
  const step = Math.max(1, Math.floor(x.rows / 1000)) * x.columns;
  let seen = 0;
  let filled = 0;
  for (let first = 0; first < x.values.length; first += step) {
    for (let index = first; index < first + x.columns; index++) if (x.values[index] !== 0) filled += 1;
    seen += x.columns;
  }
  return filled < SPARSE * seen;
}

interface Start {
  readonly weights: Float64Array;
  readonly precondition?: Preconditioner;
}

/** Many rows are begun with a few of them: their minimum is near, and their second derivatives are nearly those of all. */
function sampleStart(task: LinearTask, problem: LinearProblem, context: FitContext): Start {
  const zero = { weights: new Float64Array(sizeOf(problem)) };
  const rows = Math.max(LEAST_SAMPLE, SAMPLE_ROWS * sizeOf(problem));
  if (!isCurved(task) || task.loss === "squared" || rows * 4 > task.data.x.rows) return zero;
  const data = sampleOf(task.data, rows, context);
  if (new Set(data.y).size < task.data.classes) return zero;
  const sample = openProblem({ ...task, data }, context, problem);
  try {
    const { x } = descend(task, sample, zero, { tolerance: task.tolerance, maxIterations: SAMPLE_STEPS });
    return x.every(Number.isFinite) ? { weights: x, precondition: preconditionerAt(x, task, sample, data) } : zero;
  } finally {
    sample.close();
  }
}

/** What is rarer in the sample than in all rows gets the curvature that it has there. */
function preconditionerAt(
  x: Float64Array,
  task: LinearTask,
  sample: LinearProblem,
  data: TrainingData,
): Preconditioner {
  const { curvature } = penalised(sample, penaltyOf(sample, task.penalty));
  const squares = squaresOf(data.x, sample);
  const factor = factorOf((weights, hessian) => {
    curvature(weights, hessian);
    squares.forEach((square, index) => {
      const intercept = index + sample.columns - (index % (sample.columns + 1));
      if (square < RARE) hessian[index * (x.length + 1)]! += (1 - square) * hessian[intercept * (x.length + 1)]!;
    });
  }, x);
  return (vector) => solveWith(factor, vector);
}

function sampleOf(data: TrainingData, count: number, { random }: FitContext): TrainingData {
  const draw = random.fork("sample");
  const rows = Int32Array.from({ length: count }, () => draw.integer(data.x.rows)).sort();
  return {
    ...{ x: takeMatrixRows(data.x, rows), classes: data.classes },
    y: data.classes === 0 ? Float64Array.from(rows, (row) => data.y[row]!) : rows.map((row) => data.y[row]!),
    ...(data.weights && { weights: Float64Array.from(rows, (row) => data.weights![row]!) }),
  };
}

function descend(task: LinearTask, problem: LinearProblem, start: Start, stop: StopRule): Minimum {
  const penalty = penaltyOf(problem, task.penalty);
  const { objective, curvature } = penalised(problem, penalty);
  const { weights, precondition } = start;
  const curved = isCurved(task);
  const exact = { ...stop, tolerance: stop.tolerance * NEWTON_EXACTER, enough: stop.tolerance };
  if (penalty.l1.some((value) => value > 0)) {
    if (curved)
      return minimiseByProximalNewton(objective, curvature, penalty.l1, weights, exact, flatOf(problem, penalty));
    return minimiseOrthantWise(objective, penalty.l1, diagonal(inverseOf(task, problem, penalty)), weights, stop);
  }
  if (precondition !== undefined) {
    const near = minimise(objective, precondition, weights, {
      ...stop,
      maxIterations: Math.min(stop.maxIterations, PATIENCE),
    });
    return near.converged ? near : minimiseByNewton(objective, curvature, near.x, exact);
  }
  if (curved) return minimiseByNewton(objective, curvature, weights, exact);
  return minimise(objective, diagonal(inverseOf(task, problem, penalty)), weights, stop);
}

/** A softmax does not change when the coefficients of a column grow by the same for every class. */
function flatOf({ outputs, columns }: LinearProblem, { l2 }: LinearPenalty): FlatDirections | undefined {
  if (outputs === 1) return undefined;
  const group = (column: number) => Int32Array.from({ length: outputs }, (_, k) => k * (columns + 1) + column);
  return { groups: Array.from({ length: columns }, (_, column) => group(column)), l2 };
}

/** One over the second derivatives at 0, where every class is as likely as any other. */
function inverseOf({ data, loss, outputs }: LinearTask, problem: LinearProblem, { l2 }: LinearPenalty): Float64Array {
  const classes = Math.max(2, outputs);
  const spread = loss === "squared" ? 1 : (1 / classes) * (1 - 1 / classes);
  const squares = squaresOf(data.x, problem);
  return l2.map((penalty, index) => 1 / (penalty + spread * squares[index]! || 1));
}

/** For each weight the mean square of what it is multiplied with. */
function squaresOf({ rows, columns, values }: Matrix, { shift, scale, outputs }: LinearProblem): Float64Array {
  const squares = new Float64Array(columns + 1).fill(rows, columns);
  for (let start = 0; start < values.length; start += columns) {
    for (let column = 0; column < columns; column++)
      squares[column]! += ((values[start + column]! - shift[column]!) * scale[column]!) ** 2;
  }
  return Float64Array.from({ length: outputs * (columns + 1) }, (_, index) => squares[index % (columns + 1)]! / rows);
}
