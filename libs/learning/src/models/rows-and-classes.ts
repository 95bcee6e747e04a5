import { ProblemError } from "@millrace/contracts";
import { outputsOf, type ModelState, type RowModel, type TrainingData } from "./family.js";
import { requireColumns, rowOf, type Matrix, type Numbers } from "../data/matrix.js";

/** rows × outputs, by the same function that serves one row: so both agree to the bit. */
export function predictByRow(model: RowModel, state: ModelState, x: Matrix): Float64Array {
  requireColumns(x, state.columns);
  const outputs = outputsOf(state);
  const values = new Float64Array(x.rows * outputs);
  for (let row = 0; row < x.rows; row++) values.set(model(rowOf(x, row)), row * outputs);
  return values;
}

/** Refuses what no model can learn from. */
export function requireTrainable(data: TrainingData): void {
  const problem = trainingProblem(data);
  if (problem) throw new ProblemError(problem);
}

function trainingProblem({ x, y, classes }: TrainingData) {
  const present = new Set<number>(y);
  if (x.rows !== y.length) {
    return {
      code: "MODEL_LABELS_WRONG",
      message: `${x.rows} rows have ${y.length} labels.`,
      remedy: "Give one label a row.",
    };
  }
  if ([...present].some((code) => code < 0 || code >= classes)) {
    return {
      code: "MODEL_LABELS_WRONG",
      message: `a label is not one of the ${classes} classes.`,
      remedy: "Drop the rows without a target.",
    };
  }
  if (present.size < 2) {
    return {
      code: "MODEL_ONE_CLASS",
      message: "the training rows have fewer than two classes.",
      remedy: "Add rows of another class.",
    };
  }
  if (x.columns === 0 || !allFinite(x.values)) {
    return {
      code: "MODEL_MATRIX_INVALID",
      message: "the matrix has no columns, or a value that is not finite.",
      remedy: "Fill missing values in preprocess.",
    };
  }
  return undefined;
}

function allFinite(values: Numbers): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
}
