import { cell, type Column } from "@millrace/contracts";

export interface Labels {
  /** Sorted; numbers in the order of their size. */
  readonly classes: readonly string[];
  /** One class code a row; −1 where the target is missing. */
  readonly codes: Int32Array;
}

/** The classes of a target column and the code of each row; give `classes` to number another table's rows the same way. */
export function labelCodes(target: Column, classes: readonly string[] = classesOf(target)): Labels {
  const codeOf = new Map(classes.map((name, code) => [name, code]));
  const rows = target.kind === "text" ? target.codes.length : target.values.length;
  const codes = Int32Array.from({ length: rows }, (_, row) => {
    const value = cell(target, row);
    return value === undefined ? -1 : (codeOf.get(String(value)) ?? -1);
  });
  return { classes, codes };
}

function classesOf(target: Column): string[] {
  if (target.kind === "number")
    return [...new Set(target.values.filter((value) => !Number.isNaN(value)).sort())].map(String);
  const used = new Set(target.codes);
  return target.dictionary.filter((_, code) => used.has(code));
}
