import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Problems } from "./database-problem.js";

/** The file of sqlite:path or duckdb:path. */
export async function databaseFile(url: string, problems: Problems): Promise<string> {
  const path = resolve(url.replace(/^[a-z]+:(\/\/)?/i, ""));
  const status = await stat(path).catch((cause: Error) => {
    throw problems.notFound(`there is no file ${path}.`, cause);
  });
  if (!status.isFile()) throw problems.notFound(`${path} is not a file.`);
  if (status.size === 0) throw problems.empty();
  return path;
}
