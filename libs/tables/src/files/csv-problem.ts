import type { ProblemError } from "@millrace/contracts";
import { tooLong } from "./regularise.js";
import { sourceProblem } from "./source-problem.js";

const known: readonly { pattern: RegExp; message: (match: RegExpExecArray) => string; remedy: string }[] = [
  {
    pattern: /Expected Number of Columns: (\d+) Found: (\d+)/,
    message: ([, expected, found]) => `has ${found} cells where the header has ${expected}.`,
    remedy: "Add or remove cells, or put quotes around a cell that holds the delimiter.",
  },
  {
    pattern: /not utf-8 encoded/i,
    message: () => "is not UTF-8.",
    remedy: "Set csv.encoding, or save the file in UTF-8 (iconv -f latin1 -t utf-8).",
  },
  {
    pattern: /unterminated quote/i,
    message: () => "opens a quote that is never closed, or closed before its cell ends.",
    remedy: 'Close the quote, and write a quote inside a cell as "".',
  },
  {
    pattern: /state machine reached an invalid state/i,
    message: () => "is not regular CSV: a quote stands where it should not.",
    remedy: "Quote cells as RFC 4180 says.",
  },
];

/** Whether it may help to write the file anew with one kind of line end. */
export const isIrregular = (error: unknown): boolean =>
  /state machine reached an invalid state|unterminated quote/i.test(
    ((error as Error).cause as Error | undefined)?.message ?? "",
  );

/** What DuckDB found wrong with a CSV file, with the line it names. */
export function csvProblem(path: string, cause: unknown): ProblemError {
  const text = (cause as Error).message;
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  if (/Maximum line size/i.test(text)) return tooLong(path, Number(line ?? 1));
  const subject = line ? `line ${line} ` : "the file ";
  for (const { pattern, message, remedy } of known) {
    const match = pattern.exec(text);
    if (match) return sourceProblem("SOURCE_UNREADABLE", path, subject + message(match), remedy, cause);
  }
  return sourceProblem(
    "SOURCE_UNREADABLE",
    path,
    `${subject}cannot be read as CSV (${firstLine(text)}).`,
    "Correct the file.",
    cause,
  );
}

export const firstLine = (text: string): string => text.split("\n", 1)[0]!;
