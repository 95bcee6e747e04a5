import { basename } from "node:path";
import { sourceProblem } from "../files/source-problem.js";
import type { StagedColumn } from "../staging/row-sink.js";
import { into, type Target } from "../files/load-target.js";
import { parquetProblem, parquetSource, type ParquetColumn } from "./parquet-columns.js";

export interface ParquetFile {
  readonly path: string;
  readonly columns: readonly ParquetColumn[];
}

/** Puts the rows of Parquet files below each other; each file may have the columns in its own order. */
export async function loadParquet(
  target: Target,
  files: readonly ParquetFile[],
  names: readonly string[],
): Promise<readonly StagedColumn[]> {
  refuseOtherKinds(files, names);
  for (const [index, { path, columns }] of files.entries()) {
    const selected = names.map((name, place) => `${columns.find((column) => column.name === name)!.sql} as c${place}`);
    await target.connection
      .run(`${into(target, index === 0)} select ${selected.join(", ")} from ${parquetSource(path)}`)
      .catch((cause: unknown) => {
        throw parquetProblem(path, cause);
      });
  }
  return names.map((name) => ({ name, kind: files[0]!.columns.find((column) => column.name === name)!.kind }));
}

function refuseOtherKinds([first, ...others]: readonly ParquetFile[], names: readonly string[]): void {
  const kindIn = ({ columns }: ParquetFile, name: string) => columns.find((column) => column.name === name)!.kind;
  for (const file of others) {
    const other = names.find((name) => kindIn(file, name) !== kindIn(first!, name));
    if (other === undefined) continue;
    throw sourceProblem(
      "SOURCE_SCHEMA_CHANGED",
      file.path,
      `has ${kindIn(file, other)}s in the column ${JSON.stringify(other)}, and ${basename(first!.path)} has ${kindIn(first!, other)}s.`,
      "Files that are read together need the same columns.",
    );
  }
}
