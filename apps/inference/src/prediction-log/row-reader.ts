import { takeByte, takeCell, takeDouble, takeInt, takeShort, takeText, type ByteReader } from "./byte-reader.js";
import { payloadsIn } from "./block.js";
import { rowKinds } from "./row-writer.js";

export interface PredictionRow {
  readonly kind: "prediction";
  readonly id: string;
  readonly at: number;
  readonly model: string;
  readonly asked?: string;
  readonly version?: number;
  readonly status: number;
  readonly prediction?: string;
  readonly confidence?: number;
  readonly probabilities?: string;
  readonly milliseconds: number;
  readonly trace?: string;
  readonly caller?: string;
  readonly problem?: string;
  /** JSON, like the probabilities: an object where the model's names were known, else a list. */
  readonly features?: string;
}

export interface LabelRow {
  readonly kind: "label";
  readonly predictionId: string;
  readonly at: number;
  readonly model: string;
  readonly label: string;
  readonly caller?: string;
}

export type LogRow = PredictionRow | LabelRow;

interface ReadSeries extends Pick<PredictionRow, "model" | "asked" | "version"> {
  readonly kept: number;
  readonly columns?: readonly string[];
  readonly classes?: readonly string[];
}

/** The rows of a segment in the order in which they were written. */
export function* rowsIn(segment: Buffer): Generator<LogRow> {
  for (const bytes of payloadsIn(segment)) yield* rowsOf({ bytes, at: 0 });
}

function* rowsOf(from: ByteReader): Generator<LogRow> {
  const series: ReadSeries[] = [];
  while (from.at < from.bytes.length) {
    const kind = takeByte(from);
    if (kind === rowKinds.series) series.push(takeSeries(from));
    else if (kind === rowKinds.label) yield takeLabel(from);
    else if (kind === rowKinds.prediction) yield takePrediction(from, series);
    else throw new RangeError(`there is no row of kind ${kind}`);
  }
}

const NONE = 0xffff;

function takeSeries(from: ByteReader): ReadSeries {
  const [model, asked, version] = [takeText(from)!, takeText(from), takeInt(from)];
  const kept = takeShort(from);
  const [columns, classes] = [takeNames(from), takeNames(from)];
  return { model, asked, version: version < 0 ? undefined : version, kept, columns, classes };
}

function takeNames(from: ByteReader): string[] | undefined {
  const count = takeShort(from);
  return count === NONE ? undefined : Array.from({ length: count }, () => takeText(from)!);
}

function takePrediction(from: ByteReader, all: readonly ReadSeries[]): PredictionRow {
  const { model, asked, version, kept, columns, classes } = all[takeShort(from)]!;
  // One literal with its fields in the order in which they lie there: putting it together from others takes longer than the rest.
  return {
    kind: "prediction",
    model,
    asked,
    version,
    status: takeShort(from),
    at: takeDouble(from),
    milliseconds: takeDouble(from),
    confidence: numberOf(takeDouble(from)),
    id: takeText(from)!,
    prediction: takeText(from),
    trace: takeText(from),
    caller: takeText(from),
    problem: takeText(from),
    features: kept === NONE ? undefined : JSON.stringify(takeCells(from, kept, columns, takeCell)),
    probabilities: classes && JSON.stringify(takeCells(from, classes.length, classes, takeDouble)),
  };
}

const numberOf = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

function takeCells(
  from: ByteReader,
  count: number,
  names: readonly string[] | undefined,
  take: (from: ByteReader) => unknown,
): object {
  if (names === undefined) return Array.from({ length: count }, () => take(from));
  const cells: Record<string, unknown> = {};
  for (let place = 0; place < count; place++) {
    const name = names[place]!;
    if (name === "__proto__") Object.defineProperty(cells, name, { value: take(from), enumerable: true });
    else cells[name] = take(from);
  }
  return cells;
}

function takeLabel(from: ByteReader): LabelRow {
  const at = takeDouble(from);
  const [model, predictionId, label, caller] = [1, 2, 3, 4].map(() => takeText(from));
  return { kind: "label", at, model: model!, predictionId: predictionId!, label: label!, caller };
}
