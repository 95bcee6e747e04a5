import { ProblemError } from "@millrace/contracts";
import type { DatabaseSource } from "./database-source.js";
import type { Database, OpenOptions } from "./database.js";
import { describeDatabase } from "./describe-database.js";

/** A driver is loaded when a source first needs it: a service that reads files starts without any. */
export async function openDatabase(source: DatabaseSource, options: OpenOptions): Promise<Database> {
  if (source.kind === "mongodb") return (await import("./mongodb.js")).openMongodb(source, options);
  switch (/^[a-z]+(?=:)/i.exec(source.url)?.[0].toLowerCase()) {
    case "postgres":
    case "postgresql":
      return (await import("./postgres.js")).openPostgres(source, options);
    case "mysql":
    case "mariadb":
      return (await import("./mysql.js")).openMysql(source, options);
    case "sqlite":
      return (await import("./sqlite.js")).openSqlite(source, options);
    case "duckdb":
      return (await import("./duckdb-file.js")).openDuckdbFile(source);
  }
  throw new ProblemError({
    code: "SOURCE_KIND_UNKNOWN",
    where: describeDatabase(source.url),
    message: "its url begins with none of postgres://, mysql://, mariadb://, sqlite: or duckdb:.",
    remedy: "Write one of these, such as postgres://user:password@host:5432/database.",
  });
}
