import type { CsvOptions } from "@millrace/contracts";
import { readCsvHeader } from "../files/csv-header.js";
import { kindOf, refuseOtherKind, startOf } from "../files/file-kind.js";
import { sameNames } from "../files/same-names.js";
import { existingFile, formatOf } from "../files/source-file.js";
import type { FilesRequest } from "../staging/staging.js";
import type { StagedColumn } from "../staging/row-sink.js";
import type { CsvFile } from "../files/csv-dialect.js";
import { HoldsTexts } from "./plain-cells.js";
import { readPlainCsv } from "./read-plain-csv.js";
import type { RowStore } from "./row-store.js";

export interface PlainRows {
  readonly columns: readonly StagedColumn[];
  readonly store: RowStore;
}

/** Reads CSV files of plain rows; undefined where a file is anything else, which DuckDB then reads or refuses. */
export async function readPlainFiles(request: FilesRequest, openStore: () => RowStore): Promise<PlainRows | undefined> {
  const paths = await Promise.all(request.paths.map(existingFile));
  if (!isPlain(request.csv) || !paths.every((path) => isCsv(path, request.format))) return undefined;
  const files: CsvFile[] = [];
  for (const path of paths) files.push(await plainFile(path, request.csv?.delimiter));
  const names = sameNames(files);
  if (files.some((file) => file.names.join("\n") !== names.join("\n"))) return undefined;
  const texts = new Set<number>();
  for (;;) {
    const store = openStore();
    try {
      const kinds = await readAll(files, texts, store);
      if (kinds) return { columns: names.map((name, index) => ({ name, kind: kinds[index]! })), store };
      store.close();
      return undefined;
    } catch (error) {
      store.close();
      if (!(error instanceof HoldsTexts)) throw error;
      texts.add(error.column);
    }
  }
}

const isPlain = ({ encoding = "utf-8", ragged = "refuse", decimal = ".", missing = [] }: Partial<CsvOptions> = {}) =>
  encoding === "utf-8" && ragged === "refuse" && decimal === "." && missing.length === 0;

const isCsv = (path: string, format = formatOf(path)): boolean => format === "csv" && !/\.(gz|zst)$/i.test(path);

async function plainFile(path: string, known?: string): Promise<CsvFile> {
  refuseOtherKind(path, kindOf(await startOf(path)), undefined);
  return { path, readable: path, ...(await readCsvHeader(path, path, known)) };
}

/** Files that differ in the kind of a column are not read here. */
async function readAll(files: readonly CsvFile[], texts: ReadonlySet<number>, store: RowStore) {
  let first: readonly StagedColumn["kind"][] | undefined;
  for (const file of files) {
    const kinds = await readPlainCsv(file, texts, store.add);
    if (kinds === undefined || (first && kinds.some((kind, index) => kind !== first![index]))) return undefined;
    first ??= kinds;
  }
  return first;
}
