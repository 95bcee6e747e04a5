import { cell, ProblemError, type OnnxSchema, type Table } from "@millrace/contracts";
import { checkRow, openRowReading, type FeatureDescription, type Prediction, type Row } from "@millrace/learning";
import { columnsFor } from "./onnx-columns.js";
import type { OnnxPackage } from "./onnx-package.js";
import { openOnnxThread, type OnnxThread } from "./onnx-session.js";
import { planInputs, type Cells } from "./onnx-inputs.js";
import { planOutputs } from "./onnx-outputs.js";
import type { ServableModel } from "./servable-model.js";

/** Tables are asked in pieces of so many rows. */
const PIECE_ROWS = 4096;

export interface OnnxModel extends ServableModel {
  /** The class that the graph itself names for a row; undefined where it names none. */
  labelOf(row: Row): string | undefined;
}

/** Makes a model made elsewhere answer as one of ours. */
export async function openOnnxModel({ schema, onnx }: OnnxPackage): Promise<OnnxModel> {
  const thread = await openOnnxThread(onnx);
  try {
    return modelOn(thread, schema);
  } catch (error) {
    await thread.close();
    throw error;
  }
}

function modelOn(thread: OnnxThread, schema: OnnxSchema): OnnxModel {
  const toFeeds = planInputs(schema, thread.inputs);
  const outputs = planOutputs(schema, thread.outputs);
  const inputs = schema.features.map(({ name, kind, missing }) => ({
    ...{ name, kind, missing: missing ? ("taken" as const) : ("refused" as const) },
  }));
  const features = schema.features.map(describe);
  const check = checkRow(inputs);
  const score = (cells: Cells) => outputs.read(thread.run(toFeeds(cells), outputs.fetches), cells.rows);
  const scoreRow = (row: Row) => {
    check(row);
    return score(cellsOfRow(schema, row));
  };
  const scoreRows = (rows: readonly Row[]) => {
    rows.forEach(check);
    return scorePieces(rows.length, schema, score, (first) => cellsOfRows(schema, rows, first));
  };
  const decide = decider(schema);
  return {
    ...{ task: schema.task, classes: schema.classes, features, scoreRow, scoreRows, decide },
    readRow: openRowReading(inputs, features),
    metadata: metadataOf(schema),
    predictTable: (table) => scoreTable(schema, table, score),
    predictRow:
      schema.task === "regression" ? refuse("predictValue") : (row) => predictionOf(schema, scoreRow(row), decide),
    predictValue: schema.task === "regression" ? (row) => scoreRow(row)[0]! : refuse("predictRow"),
    explains: false,
    explainRow: refuseToExplain,
    labelOf: labelReader(schema, outputs.label, (row, name) => thread.run(toFeeds(cellsOfRow(schema, row)), [name])),
    close: () => thread.close(),
  };
}

const describe = ({ missing: _taken, example, ...feature }: OnnxSchema["features"][number]): FeatureDescription => ({
  ...feature,
  example: example ?? (feature.kind === "text" ? (feature.categories?.[0] ?? "") : middle(feature)),
});

const middle = ({ min, max }: { min?: number; max?: number }): number =>
  min !== undefined && max !== undefined ? (min + max) / 2 : (min ?? max ?? 0);

const metadataOf = ({ target, classes, positive, threshold, features }: OnnxSchema) => ({
  ...{ target, classes, features: features.map(describe), metrics: {}, seed: 0, family: "onnx" },
  ...(positive !== undefined && { positive }),
  ...(classes.length === 2 && { threshold }),
});

/** What lies where, of as many rows as a piece has. */
type Piece = (rows: number) => Cells;

const cellsOf =
  (valueOf: (feature: number, row: number) => unknown): Piece =>
  (rows) => ({
    rows,
    number: (feature, row) => Number(valueOf(feature, row) ?? NaN),
    text: (feature, row) => String(valueOf(feature, row) ?? ""),
  });

function cellsOfRows({ features }: OnnxSchema, rows: readonly Row[], first: number): Piece {
  return cellsOf((feature, row) => {
    const cells = rows[first + row] as unknown as Record<string | number, unknown>;
    return cells[Array.isArray(cells) || ArrayBuffer.isView(cells) ? feature : features[feature]!.name];
  });
}

const cellsOfRow = (schema: OnnxSchema, row: Row): Cells => cellsOfRows(schema, [row], 0)(1);

function scoreTable(schema: OnnxSchema, table: Table, score: (cells: Cells) => Float64Array): Float64Array {
  const columns = columnsFor(schema, table);
  const from = (first: number) => cellsOf((feature, row) => cell(columns[feature]!, first + row));
  return scorePieces(table.rows, schema, score, from);
}

function scorePieces(
  rows: number,
  { classes }: OnnxSchema,
  score: (cells: Cells) => Float64Array,
  from: (first: number) => Piece,
): Float64Array {
  const width = Math.max(1, classes.length);
  const all = new Float64Array(rows * width);
  for (let first = 0; first < rows; first += PIECE_ROWS) {
    all.set(score(from(first)(Math.min(PIECE_ROWS, rows - first))), first * width);
  }
  return all;
}

/** As our own models decide: of two classes the positive one from the threshold on, of more the most probable. */
function decider({ classes, positive, threshold }: OnnxSchema): (probabilities: Float64Array) => number {
  if (classes.length !== 2) return (values) => values.indexOf(values.reduce((most, value) => Math.max(most, value)));
  const code = positive === undefined ? 1 : classes.indexOf(positive);
  return (values) => (values[code]! >= threshold ? code : 1 - code);
}

function predictionOf({ classes }: OnnxSchema, values: Float64Array, decide: (of: Float64Array) => number): Prediction {
  const code = decide(values);
  const probabilities = Object.fromEntries(classes.map((name, each) => [name, values[each]!]));
  return { prediction: classes[code]!, confidence: values[code]!, probabilities };
}

function labelReader(
  { classes }: OnnxSchema,
  output: string | undefined,
  ask: (row: Row, output: string) => readonly { data: ArrayLike<unknown> | readonly string[] }[],
): OnnxModel["labelOf"] {
  if (output === undefined) return () => undefined;
  return (row) => {
    const said = String((ask(row, output)[0]!.data as ArrayLike<unknown>)[0]);
    return classes.includes(said) ? said : (classes[Number(said)] ?? said);
  };
}

const refuse = (instead: "predictRow" | "predictValue") => (): never => {
  throw new ProblemError({
    code: "MODEL_TASK_WRONG",
    message: `the model ${instead === "predictValue" ? "is a regression: it gives a value" : "is a classification: it gives a class"}.`,
    remedy: `Ask ${instead}.`,
  });
};

const refuseToExplain = (): never => {
  throw new ProblemError({
    code: "MODEL_NOT_EXPLAINED",
    where: "onnx",
    message: "what each feature gave to a model made elsewhere is not known.",
    remedy: "Ask without an explanation.",
  });
};
