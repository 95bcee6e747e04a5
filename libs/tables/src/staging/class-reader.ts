import type { DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import { ProblemError } from "@millrace/contracts";
import { textCoder } from "../duckdb/text-coder.js";
import { readNumbers, readTexts } from "../duckdb/vectors.js";
import type { StagedColumn } from "./row-sink.js";

/** The class of each row as a place in `names`; a missing value is the class "". */
export interface Classes {
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

// More classes than that is not a class but a number or an identifier.
const MOST_CLASSES = 10_000;

/** Reads the column of classes, chunk by chunk. */
export function classReader(column: StagedColumn, rows: number) {
  const codes = new Int32Array(rows);
  const reader = column.kind === "text" ? textClasses(codes) : numberClasses(codes);
  const read = (chunk: DuckDBDataChunk, index: number, offset: number) => {
    reader.read(chunk, index, offset);
    if (reader.names().length > MOST_CLASSES) throw tooManyClasses(column.name);
  };
  const classes = (): Classes => {
    const names = reader.names();
    return { codes: codes.map((code) => (code < 0 ? names.length : code)), names: [...names, ""] };
  };
  return { read, classes };
}

function textClasses(codes: Int32Array) {
  const coder = textCoder();
  const read = (chunk: DuckDBDataChunk, index: number, offset: number) => readTexts(chunk, index, coder, codes, offset);
  return { read, names: () => coder.dictionary };
}

function numberClasses(codes: Int32Array) {
  const known = new Map<number, number>();
  const names: string[] = [];
  const values = new Float64Array(duckdb.vector_size());
  const codeOf = (value: number): number => {
    if (Number.isNaN(value)) return -1;
    const code = known.get(value);
    if (code !== undefined) return code;
    known.set(value, names.length);
    return names.push(String(value)) - 1;
  };
  const read = (chunk: DuckDBDataChunk, index: number, offset: number) => {
    readNumbers(chunk, index, values, 0);
    const { rowCount } = chunk;
    for (let row = 0; row < rowCount; row++) codes[offset + row] = codeOf(values[row]!);
  };
  return { read, names: () => names };
}

const tooManyClasses = (column: string) =>
  new ProblemError({
    code: "SPLIT_TOO_MANY_CLASSES",
    where: "split.stratify",
    message: `the column ${JSON.stringify(column)} has more than ${MOST_CLASSES} different values, which cannot each keep their share.`,
    remedy: "Set split.stratify to false where the target is a number.",
  });
