import type { LoadedModel } from "@millrace/learning";
import { HttpProblem } from "@millrace/service";
import { cellReader, type Cell, type Decimal } from "./csv-cells.js";
import { lineProblem, textOfRecord, type BatchRow, type RowReader } from "./batch-rows.js";

/** The first line names the columns; those that are no features are given back with the answers and otherwise ignored. */
export function readCsv(features: LoadedModel["features"], decimal: Decimal = "."): RowReader {
  let columns: readonly string[] | undefined;
  let delimiter = ",";
  let rowOf: ((cells: readonly string[]) => unknown) | undefined;

  function read(record: Buffer | undefined, line: number): BatchRow | undefined {
    const text = textOfRecord(record);
    if (columns === undefined || rowOf === undefined) {
      columns = headOf(text);
      rowOf = rowMaker(columns, features, decimal);
      return undefined;
    }
    const cells = typeof text === "string" ? cellsOf(text, delimiter) : undefined;
    if (typeof text !== "string") return { line, problem: text };
    if (cells === undefined) return { line, problem: lineProblem("a quote in it is not closed, or stands in a cell.") };
    if (cells.length === columns.length) return { line, cells, features: rowOf(cells) };
    return { line, cells, problem: lineProblem(`it has ${cells.length} cells where the head has ${columns.length}.`) };
  }

  function headOf(text: string | HttpProblem): string[] {
    const head = typeof text === "string" ? text.replace(/^\uFEFF/, "") : "";
    delimiter = delimiterOf(head);
    const names = cellsOf(head, delimiter);
    if (typeof text === "string" && names !== undefined) return names;
    throw headProblem("the first line can't be read as the names of the columns.");
  }

  const finish = () => {
    if (columns === undefined) throw headProblem("the file is empty.");
  };
  return { read, finish, columns: () => columns };
}

function rowMaker(columns: readonly string[], features: LoadedModel["features"], decimal: Decimal) {
  // As ingestion names them: without blanks around, and a column without a name by its place.
  const names = columns.map((name, index) => name.trim() || `column_${index + 1}`);
  const places = features.map(({ name }) => names.indexOf(name));
  const missing = features.filter((_, index) => places[index]! < 0).map(({ name }) => name);
  if (missing.length > 0) throw headProblem(`it has no column ${missing.join(", ")}.`);
  const readers = features.map((feature) => cellReader(feature, decimal));
  return (cells: readonly string[]): Cell[] => places.map((place, index) => readers[index]!(cells[place]!));
}

const delimiters = [",", ";", "\t", "|"] as const;

/** What parts the names, as ingestion finds it. */
function delimiterOf(head: string): string {
  const bare = head.replace(/"(?:[^"]|"")*"/g, "");
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

const forms = new Map(
  delimiters.map((delimiter) => {
    const end = delimiter === "|" ? "\\|" : delimiter;
    return [delimiter as string, new RegExp(`(?:"((?:[^"]|"")*)"|([^"${end}]*))(${end}|$)`, "gy")];
  }),
);

/** RFC 4180, with any of the delimiters; undefined where a quote is not where it may be. */
export function cellsOf(record: string, delimiter = ","): string[] | undefined {
  if (!record.includes('"')) return record.split(delimiter);
  const cells: string[] = [];
  const form = forms.get(delimiter)!;
  form.lastIndex = 0;
  for (let more = true; more;) {
    const found = form.exec(record);
    if (found === null) return undefined;
    cells.push(found[1] === undefined ? found[2]! : found[1].replaceAll('""', '"'));
    more = found[3] === delimiter;
  }
  return form.lastIndex === record.length ? cells : undefined;
}

const headProblem = (message: string): HttpProblem =>
  new HttpProblem(422, {
    code: "CSV_HEAD_INVALID",
    where: "line 1",
    message,
    remedy: "Send CSV in UTF-8, whose first line names the columns, each feature of the model among them.",
  });
