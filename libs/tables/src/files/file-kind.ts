import { open } from "node:fs/promises";
import { sourceProblem } from "./source-problem.js";

const START_BYTES = 512;

const magic: readonly (readonly [string, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["Parquet", [0x50, 0x41, 0x52, 0x31]],
  ["a PDF", [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ["a PNG picture", [0x89, 0x50, 0x4e, 0x47]],
  ["a JPEG picture", [0xff, 0xd8, 0xff]],
  ["a GIF picture", [0x47, 0x49, 0x46, 0x38]],
  ["an old Excel file", [0xd0, 0xcf, 0x11, 0xe0]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["an Arrow file", [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]],
  ["an SQLite database", [...Buffer.from("SQLite format 3")]],
];

/** The first bytes of a file. */
export async function startOf(path: string, bytes = START_BYTES): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What a file is by its first bytes, where that is nothing that is a table in plain text. */
export function kindOf(start: Buffer): string | undefined {
  const known = magic.find(([, bytes]) => bytes.every((byte, at) => start[at] === byte));
  if (known) return known[0];
  if (start.subarray(0, 4).equals(Buffer.from("PK\x03\x04"))) return zipKind(start);
  return /^\s*<(!doctype|html|\?xml)/i.test(start.toString("latin1").replace(/^\xef\xbb\xbf/, ""))
    ? markup(start)
    : undefined;
}

const zipKind = (start: Buffer): string =>
  /\[Content_Types\]\.xml|_rels\/|xl\//.test(start.toString("latin1")) ? "an Excel file" : "a ZIP archive";

const markup = (start: Buffer): string => (start.includes("<?xml") ? "XML" : "an HTML page");

/** Refuses a file that is something else than its name or its settings say. */
export function refuseOtherKind(path: string, kind: string | undefined, expected: string | undefined): void {
  if (kind === expected) return;
  if (kind === undefined)
    throw wrongKind(path, `is not ${expected}.`, "Write the file again, or name it as what it is.");
  throw wrongKind(path, `is really ${kind}${expected ? `, not ${expected}` : ""}.`, remedies.get(kind) ?? exportIt);
}

const exportIt = "Save the table in it as CSV, JSON lines or Parquet.";
const remedies = new Map([
  ["gzip", "Give its name the ending .gz, such as rows.csv.gz."],
  ["zstd", "Give its name the ending .zst, such as rows.csv.zst."],
  ["Parquet", "Give its name the ending .parquet."],
  ["an HTML page", "Look at the page: often it is a server's error or login page. Download the data themselves."],
  ["a ZIP archive", "Unpack it, or pack the file with gzip or zstd."],
]);

const wrongKind = (path: string, message: string, remedy: string) =>
  sourceProblem("SOURCE_WRONG_KIND", path, message, remedy);
