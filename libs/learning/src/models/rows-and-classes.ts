import { ProblemError, type Problem } from "@millrace/contracts";
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

export interface Requirements {
  /** "taken" by a model that knows what to do with a missing value; an infinite one is refused by every model. */
  readonly missing?: "refused" | "taken";
  /** "refused" by a model that takes a code for a number. */
  readonly categorical?: "refused" | "taken";
}

/** Refuses what no model can learn from. */
export function requireTrainable(data: TrainingData, requirements: Requirements = {}): void {
  const problem =
    rowsProblem(data) ??
    weightsProblem(data) ??
    (data.classes === 0 ? valuesProblem(data) : classesProblem(data)) ??
    matrixProblem(data, requirements);
  if (problem) throw new ProblemError(problem);
}

const labelsWrong = (message: string, remedy: string): Problem => ({ code: "MODEL_LABELS_WRONG", message, remedy });

function rowsProblem({ x, y }: TrainingData): Problem | undefined {
  if (x.rows !== y.length) return labelsWrong(`${x.rows} rows have ${y.length} labels.`, "Give one label a row.");
  if (x.rows > 0) return undefined;
  return { code: "MODEL_NO_ROWS", message: "there are no rows to learn from.", remedy: "Give at least one row." };
}

function valuesProblem({ y }: TrainingData): Problem | undefined {
  const row = y.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return undefined;
  return labelsWrong(`the target of row ${row + 1} is ${y[row]}.`, "Drop the rows without a finite target.");
}

function classesProblem({ y, classes, weights }: TrainingData): Problem | undefined {
  const counts = new Float64Array(classes);
  for (let row = 0; row < y.length; row++) {
    const code = y[row]!;
    if (!(code >= 0 && code < classes && Number.isInteger(code)))
      return labelsWrong(`a label is not one of the ${classes} classes.`, "Drop the rows without a target.");
    counts[code]! += weights === undefined || weights[row] !== 0 ? 1 : 0;
  }
  if (counts.filter((count) => count > 0).length >= 2) return undefined;
  return {
    code: "MODEL_ONE_CLASS",
    message: "the training rows have fewer than two classes.",
    remedy: "Add rows of another class.",
  };
}

function weightsProblem({ x, weights }: TrainingData): Problem | undefined {
  if (weights === undefined) return undefined;
  const wrong = (message: string): Problem => ({
    ...{ code: "MODEL_WEIGHTS_INVALID", message },
    remedy: "Give each row a finite weight of 0 or more, and at least one row more than 0.",
  });
  if (weights.length !== x.rows) return wrong(`${x.rows} rows have ${weights.length} weights.`);
  const row = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (row >= 0) return wrong(`the weight of row ${row + 1} is ${weights[row]}.`);
  return weights.some((weight) => weight > 0) ? undefined : wrong("every row has the weight 0.");
}

function matrixProblem({ x, categorical = [] }: TrainingData, needs: Requirements): Problem | undefined {
  const wrong = (message: string, remedy: string): Problem => ({ code: "MODEL_MATRIX_INVALID", message, remedy });
  if (x.columns === 0 || x.values.length !== x.rows * x.columns)
    return wrong(`${x.values.length} values are no ${x.rows} × ${x.columns} matrix.`, "Give at least one column.");
  if (needs.categorical === "refused" && categorical.length > 0)
    return wrong(`column ${categorical[0]} holds codes of categories.`, "Encode it as one-hot in preprocess.");
  const place = needs.missing === "taken" ? placeOfInfinite(x.values) : placeOfNotFinite(x.values);
  if (place < 0) return undefined;
  const at = `row ${Math.floor(place / x.columns) + 1}, column ${place % x.columns}`;
  return wrong(`the value at ${at} is ${x.values[place]}, which is not finite.`, "Fill missing values in preprocess.");
}

/** A finite number times 0 is 0, in four sums because one would wait for itself; only where it is not is there a search. */
function placeOfNotFinite(values: Numbers): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = values.length & ~3;
  for (let index = 0; index < fours; index += 4) {
    a += values[index]! * 0;
    b += values[index + 1]! * 0;
    c += values[index + 2]! * 0;
    d += values[index + 3]! * 0;
  }
  for (let index = fours; index < values.length; index++) a += values[index]! * 0;
  return a + b + c + d === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
}

function placeOfInfinite(values: Numbers): number {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value === Infinity || value === -Infinity) return index;
  }
  return -1;
}
