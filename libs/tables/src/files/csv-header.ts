import { createReadStream } from "node:fs";
import { tooLong } from "./regularise.js";
import { sourceProblem } from "./source-problem.js";

export interface CsvHeader {
  readonly delimiter: string;
  readonly names: readonly string[];
}

// A header longer than this is no header.
const HEADER_BYTES = 1 << 20;
const delimiters = [",", ";", "\t", "|"] as const;

/** The names and the delimiter in a file's first record, read here because DuckDB renames columns of the same name. */
export async function readCsvHeader(path: string, unpacked = path, known?: string): Promise<CsvHeader> {
  const start = await startOf(unpacked);
  if (/^(\xff\xfe|\xfe\xff)/.test(start.toString("latin1"))) throw utf16(path);
  if (start.includes(0)) throw binary(path);
  const record = firstRecord(start.toString("utf8").replace(/^\ufeff/, ""));
  if (record.trim() === "") throw noHeader(path);
  if (start.length >= HEADER_BYTES) throw tooLong(path, 1);
  const delimiter = known ?? delimiterOf(record);
  return { delimiter, names: splitRecord(record, delimiter).map(nameOrPosition) };
}

async function startOf(path: string): Promise<Buffer> {
  const stream = createReadStream(path, { highWaterMark: 1 << 16 });
  try {
    return await untilRecordEnds(stream);
  } finally {
    stream.destroy();
  }
}

async function untilRecordEnds(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  for await (const piece of stream) {
    start = Buffer.concat([start, piece]);
    const text = start.toString("latin1");
    if (start.length >= HEADER_BYTES || firstRecord(text).length < text.length) break;
  }
  return start;
}

/** The text up to the first line end that stands outside quotes. */
function firstRecord(text: string): string {
  const outside = /^(?:[^"\r\n]|"(?:[^"]|"")*(?:"|$))*/.exec(text.replace(/^[\r\n]+/, ""));
  return outside?.[0] ?? "";
}

const withoutQuoted = (record: string): string => record.replace(/"(?:[^"]|"")*"/g, "");

function delimiterOf(record: string): string {
  const bare = withoutQuoted(record);
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

function splitRecord(record: string, delimiter: string): string[] {
  const fields: string[] = [""];
  let quoted = false;
  for (const character of record) {
    if (character === '"') quoted = !quoted;
    if (character === delimiter && !quoted) fields.push("");
    else fields[fields.length - 1] += character;
  }
  return fields.map(unquoted);
}

const unquoted = (field: string): string => {
  const text = field.trim();
  return /^".*"$/s.test(text) ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
};

// A data frame saved with its index leaves the first name empty.
const nameOrPosition = (name: string, index: number): string => name || `column_${index + 1}`;

const binary = (path: string) =>
  sourceProblem(
    "SOURCE_UNREADABLE",
    path,
    "is binary or UTF-16, not CSV.",
    "Save it as CSV in UTF-8, or set csv.encoding.",
  );

const utf16 = (path: string) =>
  sourceProblem("SOURCE_UNREADABLE", path, "is UTF-16, not UTF-8.", "Set csv.encoding to utf-16.");

const noHeader = (path: string) =>
  sourceProblem("SOURCE_EMPTY", path, "holds nothing but blank lines.", "Write a header and rows.");
