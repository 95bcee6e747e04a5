import { ProblemError } from "@millrace/contracts";
import { choose, noRows } from "./chosen-rows.js";
import { cutsOf, timeCutOf } from "./cuts.js";
import { duplicatesOf } from "./duplicates.js";
import { scanRows, type ScannedRows } from "./scan-rows.js";
import { countRows, positionOf, type StagedRows } from "./staged-rows.js";
import type { Cuts, SplitOutcome, SplitRule } from "./staging.js";

/** Deals the rows and keeps in `staged.test` which are test rows. */
export async function splitRows(staged: StagedRows, rule: SplitRule, given: Cuts = {}): Promise<SplitOutcome> {
  const rows = await countRows(staged);
  const scanned = await scanRows(staged, rows, { seed: rule.seed, ...placesOf(staged, rule) });
  const cuts = scanned.times
    ? { "": timeCutOf(scanned.times, rule.test) }
    : cutsOf(scanned.dealing, rule.test, scanned.classes, given);
  const isTest = sideOf(scanned, cuts);
  const bits = noRows(rows);
  let test = 0;
  for (let row = 0; row < rows; row++) {
    if (!isTest(row)) continue;
    choose(bits, row);
    test++;
  }
  staged.test = bits;
  staged.numbers = scanned.numbers;
  return { train: rows - test, test, cuts, duplicates: duplicatesOf(scanned.whole, rule.test) };
}

/** A group has no share of classes to keep: all its rows go where it goes. */
function placesOf(staged: StagedRows, { key, stratify, group, time }: SplitRule) {
  if (time !== undefined) return { time: timeColumn(staged, time) };
  if (group !== undefined) return { dealing: [positionOf(staged, group, "split.group")] };
  return {
    dealing: key?.map((name) => positionOf(staged, name, "split.key")),
    stratify: stratify === undefined ? undefined : positionOf(staged, stratify, "split.stratify"),
  };
}

function timeColumn(staged: StagedRows, name: string): number {
  const position = positionOf(staged, name, "split.time");
  if (staged.columns[position]!.kind === "number") return position;
  throw new ProblemError({
    code: "SPLIT_TIME_IS_TEXT",
    where: "split.time",
    message: `the column ${JSON.stringify(name)} holds texts that are not all dates, so rows have no order in time.`,
    remedy: "Write all of its dates in one form, such as 2020-01-31 or 2020-01-31 13:45:00.",
  });
}

/** Rows without a time are training rows. */
function sideOf({ dealing, classes, times }: ScannedRows, cuts: Cuts): (row: number) => boolean {
  if (times) {
    const last = cuts[""]!;
    return (row) => times[row]! > last;
  }
  if (!classes) {
    const cut = cuts[""]!;
    return (row) => dealing[row]! < cut;
  }
  const cutOfClass = classes.names.map((name) => cuts[name] ?? 0);
  return (row) => dealing[row]! < cutOfClass[classes.codes[row]!]!;
}
