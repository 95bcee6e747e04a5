import type { LoadedModel } from "@millrace/learning";
import { HttpProblem } from "@millrace/service";
import { lineProblem, textOfRecord, type BatchRow, type RowReader } from "./batch-rows.js";

type Cell = string | number | boolean | null;

/** The first line names the columns; those that are no features are given back with the answers and otherwise ignored. */
export function readCsv(features: LoadedModel["features"]): RowReader {
  let columns: readonly string[] | undefined;
  let rowOf: ((cells: readonly string[]) => unknown) | undefined;

  function read(record: Buffer | undefined, line: number): BatchRow | undefined {
    const text = textOfRecord(record);
    const cells = typeof text === "string" ? cellsOf(line === 1 ? text.replace(/^\uFEFF/, "") : text) : undefined;
    if (columns === undefined || rowOf === undefined) {
      if (cells === undefined) throw headProblem("the first line can't be read as the names of the columns.");
      columns = cells;
      rowOf = rowMaker(cells, features);
      return undefined;
    }
    if (typeof text !== "string") return { line, problem: text };
    if (cells === undefined) return { line, problem: lineProblem("a quote in it is not closed, or stands in a cell.") };
    if (cells.length === columns.length) return { line, cells, features: rowOf(cells) };
    return { line, cells, problem: lineProblem(`it has ${cells.length} cells where the head has ${columns.length}.`) };
  }

  const finish = () => {
    if (columns === undefined) throw headProblem("the file is empty.");
  };
  return { read, finish, columns: () => columns };
}

function rowMaker(columns: readonly string[], features: LoadedModel["features"]) {
  const places = features.map(({ name }) => columns.indexOf(name));
  const missing = features.filter((_, index) => places[index]! < 0).map(({ name }) => name);
  if (missing.length > 0) throw headProblem(`it has no column ${missing.join(", ")}.`);
  const readers = features.map(({ kind }) => (kind === "number" ? numberOf : textOf));
  return (cells: readonly string[]): Cell[] => places.map((place, index) => readers[index]!(cells[place]!));
}

const nothing = new Set(["", "na", "nan", "null", "none"]);

/** A text that is no number stays one, and the model says so. */
function numberOf(cell: string): Cell {
  const value = Number(cell);
  if (cell !== "" && Number.isFinite(value)) return value;
  const lower = cell.trim().toLowerCase();
  if (nothing.has(lower)) return null;
  return lower === "true" ? true : lower === "false" ? false : cell;
}

const textOf = (cell: string): Cell => (cell === "" ? null : cell);

/** RFC 4180; undefined where a quote is not where it may be. */
export function cellsOf(record: string): string[] | undefined {
  if (!record.includes('"')) return record.split(",");
  const cells: string[] = [];
  const form = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/gy;
  for (let more = true; more;) {
    const found = form.exec(record);
    if (found === null) return undefined;
    cells.push(found[1] === undefined ? found[2]! : found[1].replaceAll('""', '"'));
    more = found[3] === ",";
  }
  return form.lastIndex === record.length ? cells : undefined;
}

const headProblem = (message: string): HttpProblem =>
  new HttpProblem(422, {
    code: "CSV_HEAD_INVALID",
    where: "line 1",
    message,
    remedy: "Send CSV in UTF-8 with commas, whose first line names the columns, each feature of the model among them.",
  });
