import { ProblemError } from "@millrace/contracts";
import type { RowModel } from "./family.js";
import { requireColumns, rowOf, type Matrix } from "../data/matrix.js";

/** rows × classes, by the same function that serves one row: so both agree to the bit. */
export function probabilitiesByRow(model: RowModel, x: Matrix, columns: number, classes: number): Float64Array {
  requireColumns(x, columns);
  const probabilities = new Float64Array(x.rows * classes);
  for (let row = 0; row < x.rows; row++) probabilities.set(model(rowOf(x, row)), row * classes);
  return probabilities;
}

/** Refuses what no model can learn from. */
export function requireTrainable(x: Matrix, y: Int32Array, classes: number): void {
  const problem = trainingProblem(x, y, classes);
  if (problem) throw new ProblemError(problem);
}

function trainingProblem(x: Matrix, y: Int32Array, classes: number) {
  const present = new Set(y);
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
  if (x.columns === 0 || !x.values.every(Number.isFinite)) {
    return {
      code: "MODEL_MATRIX_INVALID",
      message: "the matrix has no columns, or a value that is not finite.",
      remedy: "Fill missing values in preprocess.",
    };
  }
  return undefined;
}
