import { newLayout, openProgram, teamOf, type Program } from "@millrace/kernels";
import { ProblemError } from "@millrace/contracts";
import type { Matrix } from "../data/matrix.js";
import type { TrainingData } from "./family.js";
import { totalOf, type ColumnFrame, type LinearLoss, type LinearProblem } from "./linear-problem.js";

/** Of the gradient's sums. The number is part of the result: the sums of the slices are added in their order. */
const SLICES = 16;
const BLOCK = 32;
/** What the second derivatives of all slices may take. */
const CURVATURE_BYTES = 128 * 2 ** 20;
/** Of the squares that must be left when that of the mean is taken away. */
const DIGITS = 1e-4;
const MOST_BYTES = 65_535 * 65_536;
/** Below so many multiplications a pass is done before another thread has woken up. */
const TEAM_WORK = 500_000;

export interface DenseOptions {
  readonly loss: LinearLoss;
  readonly outputs: number;
  /** Whether second derivatives will be asked for. */
  readonly curved: boolean;
  readonly threads?: number;
  /** That of other rows; measured on these where it is not given. */
  readonly frame?: ColumnFrame;
}

/** A problem whose rows lie in the memory of the kernel `linear`. */
export function denseProblem(data: TrainingData, options: DenseOptions): LinearProblem {
  const { columns } = data.x;
  const passes = openPasses(data, options);
  const frame = passes.look(options.frame ?? measureFrame(passes, data.x));
  const total = totalOf(data);
  const { outputs } = options;
  return {
    outputs,
    columns,
    total,
    ...frame,
    ...derivatives(passes, columns, outputs, total, options.loss),
    close: passes.close,
  };
}

type Passes = ReturnType<typeof openPasses>;

/** The words of the task's record, in the order of linear-task.ts. */
function layOut({ x, weights }: TrainingData, { outputs, curved }: DenseOptions, threads: number) {
  const layout = newLayout();
  const stride = Math.ceil((x.columns + 1) / 4) * 4;
  const doubles = (count: number) => layout.take(count * 8);
  const square = ((outputs * (outputs + 1)) / 2) * stride * stride;
  const curvatureSlices = Math.min(SLICES, Math.max(1, Math.floor(CURVATURE_BYTES / (square * 8))));
  const scratch = BLOCK * (2 * stride + 2 * outputs) * 8;
  const at = {
    record: layout.take(128),
    values: layout.take(x.values.byteLength),
    targets: doubles(x.rows),
    rowWeights: weights === undefined ? 0 : doubles(x.rows),
    ...{ shift: doubles(x.columns), scale: doubles(x.columns), coefficients: doubles(outputs * stride) },
    ...{ losses: doubles(SLICES), gradients: doubles(SLICES * stride * Math.max(3, outputs)) },
    curvatures: curved ? doubles(curvatureSlices * square) : 0,
    scratch: layout.take(scratch * threads),
  };
  return { at, stride, square, curvatureSlices, scratch, bytes: layout.size };
}

function openPasses(data: TrainingData, options: DenseOptions) {
  const { x, y, weights } = data;
  const { outputs, loss } = options;
  const team = teamOf(x.values.length * outputs < TEAM_WORK ? 1 : (options.threads ?? 1));
  const plan = layOut(data, options, team.threads);
  const { at, stride } = plan;
  refuseTooLarge(plan.bytes, x);
  const program = takeProgram(plan.bytes);
  const view = viewsOf(program);
  const record = new Uint32Array(program.memory.buffer, at.record, 19);
  record.set([
    x.rows,
    x.columns,
    stride,
    outputs,
    x.values.BYTES_PER_ELEMENT,
    ["binary", "softmax"].indexOf(loss),
    0,
    0,
  ]);
  record.set([at.values, at.targets, at.rowWeights, at.shift, at.scale, at.coefficients, at.losses, at.gradients], 8);
  record.set([at.curvatures, at.scratch, plan.scratch], 16);
  const values =
    x.values instanceof Float32Array
      ? new Float32Array(program.memory.buffer, at.values, x.values.length)
      : view(at.values, x.values.length);
  values.set(x.values);
  view(at.targets, x.rows).set(y);
  if (weights !== undefined) view(at.rowWeights, x.rows).set(weights);

  function run(name: string, slices: number): void {
    record[6] = slices;
    record[7] = 0;
    team.run(program, name, (thread) => [at.record, thread]);
  }
  function look(frame: ColumnFrame): ColumnFrame {
    view(at.shift, x.columns).set(frame.shift);
    view(at.scale, x.columns).set(frame.scale);
    return frame;
  }
  return { ...plan, run, look, view, close: () => keepProgram(program) };
}

/** The memory of the last fit, for the next one of a search or of a cross-validation: a new one costs a quarter of it. */
let idle: Program | undefined;
const KEPT_BYTES = 256 * 2 ** 20;

const bytesOf = ({ memory }: Program): number => memory.buffer.byteLength;

function takeProgram(bytes: number): Program {
  const program = idle !== undefined && bytesOf(idle) >= bytes ? idle : openProgram("linear", bytes);
  if (program === idle) idle = undefined;
  return program;
}

function keepProgram(program: Program): void {
  if (bytesOf(program) <= KEPT_BYTES && (idle === undefined || bytesOf(idle) < bytesOf(program))) idle = program;
}

const viewsOf =
  ({ memory }: Program) =>
  (address: number, length: number): Float64Array =>
    new Float64Array(memory.buffer, address, length);

/** The sums of the slices, added in the order of the slices. */
function sumOfSlices(slices: Float64Array, length: number, count: number): Float64Array {
  const sum = slices.slice(0, length);
  for (let slice = 1; slice < count; slice++) {
    for (let index = 0; index < length; index++) sum[index]! += slices[slice * length + index]!;
  }
  return sum;
}

/**
 * Mean and standard deviation. Seen from the first row, so that a constant column is exactly constant; seen once more from
 * the mean where the first row lies so far off that nothing would be left of the digits.
 */
function measureFrame(passes: Passes, { rows, columns, values }: Matrix): ColumnFrame {
  const first = { shift: Float64Array.from(values.subarray(0, columns)), scale: new Float64Array(columns).fill(1) };
  const seen = sumsIn(passes, first);
  refuseTooWide(seen.most);
  const shift = first.shift.map((value, column) => value + seen.sums[column]! / rows);
  const spread = seen.squares.map((square, column) => square / rows - (seen.sums[column]! / rows) ** 2);
  if (spread.every((value, column) => value > (DIGITS * seen.squares[column]!) / rows || seen.most[column] === 0))
    return { shift, scale: spread.map((value) => 1 / (Math.sqrt(value) || 1)) };
  const width = seen.most.map((value) => (value > 0 ? 1 / value : 1));
  const { squares } = sumsIn(passes, { shift, scale: width });
  return { shift, scale: width.map((value, column) => value / (Math.sqrt(squares[column]! / rows) || 1)) };
}

function sumsIn({ run, look, view, at, stride }: Passes, frame: ColumnFrame) {
  look(frame);
  run("sums", SLICES);
  const slices = view(at.gradients, SLICES * 3 * stride);
  const sums = sumOfSlices(slices, 3 * stride, SLICES);
  const most = frame.shift.map((_, column) => {
    const each = Array.from({ length: SLICES }, (_, slice) => slices[(3 * slice + 2) * stride + column]!);
    return Math.max(...each);
  });
  return { sums, squares: sums.slice(stride, stride + most.length), most };
}

function derivatives(passes: Passes, columns: number, outputs: number, total: number, loss: LinearLoss) {
  const { run, view, at, stride, square, curvatureSlices } = passes;
  const size = columns + 1;
  const coefficients = view(at.coefficients, outputs * stride);
  const place = (weights: Float64Array) => {
    coefficients.fill(0);
    for (let k = 0; k < outputs; k++) coefficients.set(weights.subarray(k * size, (k + 1) * size), k * stride);
  };
  const objective = (weights: Float64Array, gradient: Float64Array): number => {
    place(weights);
    run("gradient", SLICES);
    const sums = sumOfSlices(view(at.gradients, SLICES * outputs * stride), outputs * stride, SLICES);
    for (let index = 0; index < gradient.length; index++)
      gradient[index] = sums[Math.floor(index / size) * stride + (index % size)]! / total;
    return view(at.losses, SLICES).reduce((sum, value) => sum + value, 0) / total;
  };
  let constant: Float64Array | undefined;
  const curvature = (weights: Float64Array, hessian: Float64Array): void => {
    if (constant !== undefined) return hessian.set(constant);
    place(weights);
    run("curvature", curvatureSlices);
    const sums = sumOfSlices(view(at.curvatures, curvatureSlices * square), square, curvatureSlices);
    for (let index = 0; index < sums.length; index++) sums[index]! /= total;
    spread(sums, hessian, { outputs, size, stride });
    if (loss === "squared") constant = hessian.slice();
  };
  return { objective, curvature };
}

/** The squares of the pairs of outputs k ≥ l to their places below the diagonal; each is symmetric in itself. */
function spread(
  squares: Float64Array,
  hessian: Float64Array,
  { outputs, size, stride }: { outputs: number; size: number; stride: number },
): void {
  const side = outputs * size;
  let square = 0;
  for (let k = 0; k < outputs; k++) {
    for (let l = 0; l <= k; l++, square += stride * stride) {
      for (let down = 0; down < size; down++) {
        for (let right = 0; right <= down; right++) {
          const value = squares[square + down * stride + right]!;
          hessian[(k * size + down) * side + l * size + right] = value;
          hessian[(k * size + right) * side + l * size + down] = value;
        }
      }
    }
  }
}

function refuseTooWide(widths: Float64Array): void {
  const column = widths.findIndex((width) => !Number.isFinite(width));
  if (column < 0) return;
  throw new ProblemError({
    code: "MODEL_MATRIX_INVALID",
    message: `the values of column ${column} lie so far apart that their difference is infinite.`,
    remedy: "Clip or scale that column in preprocess.",
  });
}

function refuseTooLarge(bytes: number, { rows, columns }: Matrix): void {
  if (bytes <= MOST_BYTES) return;
  const gigabytes = (value: number) => (value / 2 ** 30).toFixed(1);
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    message: `${rows} rows of ${columns} columns need ${gigabytes(bytes)} GiB, more than the ${gigabytes(MOST_BYTES)} GiB that can be addressed.`,
    remedy: "Learn from fewer rows or columns, or give the matrix as 32-bit numbers.",
  });
}
