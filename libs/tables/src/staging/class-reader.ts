import { ProblemError } from "@millrace/contracts";
import type { Block } from "../plain/row-store.js";
import type { TextDictionary } from "../plain/text-dictionary.js";
import type { StagedColumn } from "./row-sink.js";

/** The class of each row as a place in `names`; a missing value is the class "". */
export interface Classes {
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

// More classes than that is not a class but a number or an identifier.
const MOST_CLASSES = 10_000;

/** Reads the column of classes, block by block. */
export function classReader(column: StagedColumn, rows: number) {
  const codes = new Int32Array(rows);
  const known = new Map<number | string, number>();
  const codeOf = (value: number | string): number => {
    const code = known.get(value);
    if (code !== undefined) return code;
    if (known.size === MOST_CLASSES) throw tooManyClasses(column.name);
    known.set(value, known.size);
    return known.size - 1;
  };
  const reader = column.kind === "text" ? textClasses(codes, codeOf) : numberClasses(codes, codeOf);
  const classes = (): Classes => {
    const names = [...known.keys()].map(String);
    return { codes: codes.map((code) => (code < 0 ? names.length : code)), names: [...names, ""] };
  };
  return { read: reader, classes };
}

type Read = (block: Block, index: number, offset: number) => void;

function textClasses(codes: Int32Array, codeOf: (value: string) => number): Read {
  let known: { dictionary?: TextDictionary; classes: number[] } = { classes: [] };
  return (block, index, offset) => {
    const texts = block.texts(index);
    if (known.dictionary !== texts.dictionary) known = { dictionary: texts.dictionary, classes: [] };
    for (let row = 0; row < block.rows; row++) {
      const code = texts.codes[row]!;
      codes[offset + row] =
        code < 0 ? -1 : (known.classes[code] ??= codeOf(Buffer.from(texts.dictionary.bytesOf(code)).toString("utf8")));
    }
  };
}

function numberClasses(codes: Int32Array, codeOf: (value: number) => number): Read {
  return (block, index, offset) => {
    const values = block.numbers(index);
    for (let row = 0; row < block.rows; row++) {
      const value = values[row]!;
      codes[offset + row] = Number.isNaN(value) ? -1 : codeOf(value);
    }
  };
}

const tooManyClasses = (column: string) =>
  new ProblemError({
    code: "SPLIT_TOO_MANY_CLASSES",
    where: "split.stratify",
    message: `the column ${JSON.stringify(column)} has more than ${MOST_CLASSES} different values, which cannot each keep their share.`,
    remedy: "Set split.stratify to false where the target is a number.",
  });
