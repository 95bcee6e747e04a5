import type { CsvOptions, FileFormat } from "@millrace/contracts";
import { parquetColumns } from "../parquet/parquet-columns.js";
import { loadParquet } from "../parquet/load-parquet.js";
import type { FilesRequest } from "../staging/staging.js";
import { choosePositions } from "./choose-columns.js";
import { loadCsv } from "./load-csv.js";
import type { Target } from "./load-target.js";
import type { Loaded, LoadOptions } from "./loaded.js";
import { isIrregular } from "./csv-problem.js";
import { kindOf, refuseOtherKind, startOf } from "./file-kind.js";
import { loadJsonLines } from "./load-json-lines.js";
import { prepareCsv, type PreparedCsv } from "./prepare-csv.js";
import { sameNames } from "./same-names.js";
import { existingFile, formatOf } from "./source-file.js";
import { sourceProblem } from "./source-problem.js";

/** Loads files of one format into a new table, their rows below each other in the order of the paths. */
export async function loadFiles(target: Target, request: FilesRequest, options: LoadOptions): Promise<Loaded> {
  const paths = await Promise.all(request.paths.map(existingFile));
  const format = request.format ?? oneFormat(paths);
  if (format === "parquet") return loadParquetFiles(target, paths, options);
  if (format === "json-lines") return loadJsonLines(target, paths, options);
  return loadCsvFiles(target, paths, request.csv ?? {}, options);
}

async function loadCsvFiles(
  target: Target,
  paths: readonly string[],
  csv: Partial<CsvOptions>,
  { folder, wanted }: LoadOptions,
): Promise<Loaded> {
  const load = async (anew: boolean): Promise<Loaded> => {
    const files: PreparedCsv[] = [];
    for (const path of paths) files.push(await prepareCsv(path, { connection: target.connection, folder, csv, anew }));
    const names = sameNames(files);
    const chosen = choosePositions(paths[0]!, names, wanted).map((position) => names[position]!);
    const columns = await loadCsv(target, files, chosen, csv);
    return { columns, skipped: files.reduce((sum, file) => sum + file.skipped, 0) };
  };
  return load(false).catch((error: unknown) => {
    if (!isIrregular(error)) throw error;
    return load(true);
  });
}

async function loadParquetFiles(target: Target, paths: readonly string[], { wanted }: LoadOptions): Promise<Loaded> {
  const files = [];
  for (const path of paths) refuseOtherKind(path, kindOf(await startOf(path)), "Parquet");
  for (const path of paths) files.push({ path, columns: await parquetColumns(target.connection, path) });
  const named = files.map(({ path, columns }) => ({ path, columns, names: columns.map(({ name }) => name) }));
  const names = sameNames(named);
  const positions = choosePositions(paths[0]!, names, wanted);
  const columns = await loadParquet(
    target,
    files,
    positions.map((position) => names[position]!),
  );
  return { columns, skipped: 0 };
}

function oneFormat(paths: readonly string[]): FileFormat {
  const [first, ...others] = paths.map(formatOf);
  const other = others.findIndex((format) => format !== first);
  if (other < 0) return first!;
  throw sourceProblem(
    "SOURCE_FORMATS_DIFFER",
    paths[other + 1]!,
    `is ${others[other]}, and ${paths[0]} is ${first}.`,
    "Read files of one format together.",
  );
}
