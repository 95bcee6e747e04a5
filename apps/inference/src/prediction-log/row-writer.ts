import type { Block } from "./block.js";
import {
  full,
  putByte,
  putCell,
  putDouble,
  putInt,
  putNumber,
  putShort,
  putText,
  type ByteWriter,
} from "./byte-writer.js";
import type { LoggedLabel, LoggedPrediction } from "./logged-prediction.js";
import type { Series } from "./series.js";

export const rowKinds = { series: 1, prediction: 2, label: 3 } as const;
/** A row is no longer than this, so that a request of a megabyte does not put out the memory of a thousand others. */
export const ROW_BYTES = 64 * 1024;
const NONE = 0xffff;

/** Writes a row behind the others. False: the block has no room for it, and is as it was. */
export function writePrediction(block: Block, entry: LoggedPrediction, series: Series, problem?: string): boolean {
  const { to } = block;
  const start = to.at;
  const known = block.series;
  try {
    to.limit = Math.min(start + ROW_BYTES, to.bytes.length);
    if (series.block !== block.serial) putSeries(block, series);
    putPrediction(to, entry, series, problem);
    block.rows++;
    return true;
  } catch (error) {
    to.at = start;
    block.series = known;
    if (series.id >= known) series.block = -1;
    if (error === full) return false;
    throw error;
  }
}

function putPrediction(to: ByteWriter, entry: LoggedPrediction, series: Series, problem: string | undefined): void {
  putByte(to, rowKinds.prediction);
  putShort(to, series.id);
  putShort(to, entry.status);
  putDouble(to, timeOf(entry.at));
  putDouble(to, entry.milliseconds);
  putDouble(to, entry.confidence ?? NaN);
  putText(to, entry.id);
  putText(to, entry.prediction);
  putText(to, entry.trace);
  putText(to, entry.caller);
  putText(to, problem);
  if (series.kept !== undefined) putFeatures(to, entry.features as Readonly<Record<string, unknown>>, series);
  if (entry.probabilities !== undefined) putProbabilities(to, entry.probabilities, series.classes!);
}

const LAST_MS = 253_402_300_799_999;

/** Days are folders: only those from 1970 to 9999 are. */
function timeOf(at: Date): number {
  const time = at.getTime();
  if (time >= 0 && time <= LAST_MS) return time;
  throw new RangeError("this is no time that a row can have");
}

/** A list is read by position as an object is by name. */
function putFeatures(to: ByteWriter, features: Readonly<Record<string, unknown>>, series: Series): void {
  const kept = series.kept!;
  if (series.hashed !== undefined) return putHashed(to, features, series);
  for (let place = 0; place < kept.length; place++) {
    const value = features[kept[place]!];
    // Nearly all cells are numbers, and a call for each takes longer than the writing.
    if (typeof value !== "number") putCell(to, value);
    else putNumber(to, value);
  }
}

function putHashed(to: ByteWriter, features: Readonly<Record<string, unknown>>, series: Series): void {
  const { kept, hashed, columns, rule } = series;
  kept!.forEach((key, place) => {
    const value = features[key];
    const hides = hashed![place]! && value !== null && value !== undefined;
    putCell(to, hides ? rule!.hash(columns![place]!, value) : value);
  });
}

function putProbabilities(to: ByteWriter, of: Readonly<Record<string, number>>, classes: readonly string[]): void {
  for (let place = 0; place < classes.length; place++) putDouble(to, of[classes[place]!]!);
}

/** Rows behind it refer to it by its number. */
function putSeries(block: Block, series: Series): void {
  const { to } = block;
  if (block.series === NONE) throw full;
  series.id = block.series++;
  series.block = block.serial;
  putByte(to, rowKinds.series);
  putText(to, series.model);
  putText(to, series.asked);
  putInt(to, series.version ?? -1);
  putShort(to, series.kept?.length ?? NONE);
  putNames(to, series.columns);
  putNames(to, series.classes);
}

function putNames(to: ByteWriter, names: readonly string[] | undefined): void {
  putShort(to, names === undefined ? NONE : names.length);
  names?.forEach((name) => putText(to, name));
}

export function writeLabel(block: Block, { predictionId, at, model, label, caller }: LoggedLabel): boolean {
  const { to } = block;
  const start = to.at;
  try {
    to.limit = Math.min(start + ROW_BYTES, to.bytes.length);
    putByte(to, rowKinds.label);
    putDouble(to, timeOf(at));
    for (const text of [model, predictionId, label, caller]) putText(to, text);
    block.rows++;
    return true;
  } catch (error) {
    to.at = start;
    if (error === full) return false;
    throw error;
  }
}
