import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { CsvOptions } from "@millrace/contracts";
export interface UnpackOptions {
  readonly connection: DuckDBConnection;
  readonly folder: string;
  readonly encoding?: CsvOptions["encoding"];
}

export const newFile = (folder: string): string => join(folder, `unpacked-${randomUUID()}`);
