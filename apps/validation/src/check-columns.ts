import type { Column, ColumnSchema, NumericColumn, Table, TextColumn } from "@millrace/contracts";
import type { FindingCode } from "./finding-codes.js";
import { openSeenValues, type SeenValues } from "./seen-values.js";
import { severityOf, type SeverityRules } from "./severity-of.js";
import { count, openTally, type Side, type Tally } from "./tally.js";
import { numberCheck, textCheck } from "./value-checks.js";
import type { WrongRows } from "./wrong-rows.js";

/** What is counted of a column, over all batches of both sides. */
export interface ColumnCount {
  readonly wanted: ColumnSchema;
  rows: number;
  missing: number;
  kind?: Column["kind"];
  readonly tallies: Map<FindingCode, Tally>;
}

export interface Batch {
  readonly side: Side;
  /** The side's row with which the batch begins. */
  readonly start: number;
  readonly table: Table;
}

export interface ColumnChecks {
  look(batch: Batch): void;
  readonly counts: readonly ColumnCount[];
}

/** Looks at each value of each column that the schema knows, a batch at a time. */
export function openColumnChecks(
  columns: readonly ColumnSchema[],
  { rules, wrong }: { rules: SeverityRules; wrong: WrongRows },
): ColumnChecks {
  const lookers = new Map(columns.map((wanted) => [wanted.name, lookAt(wanted, rules, wrong)]));
  return {
    counts: [...lookers.values()].map(({ counted }) => counted),
    look({ side, start, table }) {
      for (const column of table.columns) lookers.get(column.name)?.look(column, side, start);
    },
  };
}

function lookAt(wanted: ColumnSchema, rules: SeverityRules, wrong: WrongRows) {
  const counted: ColumnCount = { wanted, rows: 0, missing: 0, tallies: new Map() };
  const seen = wanted.unique ? openSeenValues() : undefined;
  const numbers = wanted.type === "text" ? undefined : numberCheck(wanted);
  const texts = textCheck(wanted);
  const needed = wanted.missing === 0;

  function found(code: FindingCode, side: Side, row: number, value?: string | number): void {
    let tally = counted.tallies.get(code);
    if (tally === undefined) {
      tally = openTally(wanted.name, code, severityOf(rules, code, wanted));
      counted.tallies.set(code, tally);
    }
    if (tally.severity === "ignore") return;
    count(tally, side, row, value);
    if (tally.severity === "quarantine") wrong.add(side, row, tally);
  }

  const absent = (side: Side, row: number): void => {
    counted.missing++;
    if (needed) found("VALUE_MISSING", side, row);
  };

  function lookAtNumbers({ values }: NumericColumn, side: Side, start: number): void {
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      if (Number.isNaN(value)) {
        absent(side, start + at);
        continue;
      }
      const code = numbers === undefined ? "TYPE_WRONG" : numbers(value);
      if (code !== undefined) found(code, side, start + at, value);
      else if (seen?.number(value)) found("VALUE_REPEATED", side, start + at, value);
    }
  }

  function lookAtTexts({ codes, dictionary }: TextColumn, side: Side, start: number): void {
    const verdicts = dictionary.map(texts);
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at]!;
      if (code < 0) absent(side, start + at);
      else if (verdicts[code] !== undefined) found(verdicts[code], side, start + at, dictionary[code]!);
      else if (seen !== undefined && cameBefore(seen, dictionary[code]!)) {
        found("VALUE_REPEATED", side, start + at, dictionary[code]!);
      }
    }
  }

  function look(column: Column, side: Side, start: number): void {
    counted.kind = column.kind;
    counted.rows += column.kind === "text" ? column.codes.length : column.values.length;
    if (column.kind === "text") lookAtTexts(column, side, start);
    else lookAtNumbers(column, side, start);
  }
  return { counted, look };
}

const cameBefore = (seen: SeenValues, text: string): boolean => seen.text(text);
