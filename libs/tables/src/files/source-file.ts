import type { FileFormat } from "@millrace/contracts";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { sourceProblem } from "./source-problem.js";

const extensions: readonly (readonly [string, FileFormat])[] = [
  [".csv", "csv"],
  [".tsv", "csv"],
  [".jsonl", "json-lines"],
  [".ndjson", "json-lines"],
  [".parquet", "parquet"],
];
const packed = /\.(gz|zst)$/;

/** The absolute path of a file that is there and not empty. */
export async function existingFile(path: string): Promise<string> {
  const status = await stat(path).catch((cause: unknown) => {
    throw sourceProblem("SOURCE_NOT_FOUND", path, `there is no file ${path}.`, "Check the path.", cause);
  });
  if (status.isDirectory()) {
    throw sourceProblem("SOURCE_IS_DIRECTORY", path, "is a directory.", "Name a file inside it.");
  }
  if (status.size === 0) {
    throw sourceProblem("SOURCE_EMPTY", path, "has 0 bytes.", "Write the file again; it needs a header and rows.");
  }
  return resolve(path);
}

export function formatOf(path: string): FileFormat {
  const name = path.toLowerCase().replace(packed, "");
  const known = extensions.find(([extension]) => name.endsWith(extension));
  if (known) return known[1];
  throw sourceProblem(
    "SOURCE_FORMAT_UNKNOWN",
    path,
    `its extension is none of ${extensions.map(([extension]) => extension).join(", ")} (or with .gz or .zst behind it).`,
    "Rename the file or say its format: csv, json-lines or parquet.",
  );
}
