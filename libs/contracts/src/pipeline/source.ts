import * as z from "zod";
import { duration } from "./duration.js";
import { environmentUrl } from "./environment-reference.js";

const name = z.string().min(1);

const csv = z.strictObject({
  delimiter: z.enum([",", ";", "\t", "|"]).optional().describe("Found by itself where it is left out"),
  decimal: z.enum([".", ","]).default(".").describe("What stands before the decimals of a number"),
  encoding: z.enum(["utf-8", "utf-16", "latin-1", "windows-1252"]).default("utf-8"),
  missing: z.array(z.string()).optional().describe("Texts that stand for a missing value, besides the usual ones"),
  ragged: z
    .enum(["refuse", "pad", "skip"])
    .default("refuse")
    .describe("Lines with too few or too many cells: refuse the file, fill them up, or leave them out and count them"),
});

const format = z.enum(["csv", "json-lines", "parquet"]).describe("Told from the file's name where it is left out");

const file = {
  path: name.describe(
    "A file, a folder or a pattern such as day-*.csv, relative to the folder of pipeline.yaml; .gz and .zst are unpacked",
  ),
  format: format.optional(),
  csv: csv.optional(),
};

const files = z.strictObject({ kind: z.literal("files").default("files"), ...file });

const joined = z.strictObject({
  kind: z.literal("files").default("files"),
  tables: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and _"), z.strictObject(file))
    .describe("Several files, each under a name of its own"),
  query: name.describe("What the rows are made of these tables: a SELECT of DuckDB's SQL"),
});

const mongodb = z.strictObject({
  kind: z.literal("mongodb"),
  url: environmentUrl.describe("Where the server is: ${NAME} of an environment variable"),
  database: name,
  collection: name,
  filter: z.record(z.string(), z.unknown()).default({}).describe("As find() takes it"),
  projection: z.record(z.string(), z.unknown()).optional().describe("As find() takes it"),
});

const sql = z.strictObject({
  kind: z.literal("sql"),
  url: environmentUrl.describe(
    "postgres://, mysql:// or mariadb://, or a file as sqlite:path or duckdb:path; ${NAME} of an environment variable",
  ),
  query: name.describe("A SELECT"),
});

const s3 = z.strictObject({
  kind: z.literal("s3"),
  url: z.string().regex(/^s3:\/\/[^/]+\/.+/, "s3://bucket/key-or-prefix"),
  format: format.optional(),
  csv: csv.optional(),
});

const http = z.strictObject({
  kind: z.literal("http"),
  url: environmentUrl.describe("Its host has to be in MILLRACE_HTTP_SOURCES"),
  format: format.optional(),
  csv: csv.optional(),
});

/** Where the rows come from. */
export const source = z.union([files, joined, mongodb, sql, s3, http]);

export type SourceSpec = z.infer<typeof source>;
export type CsvOptions = z.infer<typeof csv>;

/** What stands for a missing value in a CSV file, besides nothing and blanks: where a model learns, and where it is asked. */
export const missingTokens = ["NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "?"] as const;
export type FileFormat = z.infer<typeof format>;

/** Which of the source's rows a run is about. */
export const span = z
  .strictObject({
    read: z
      .enum(["all", "new", "window"])
      .default("all")
      .describe(
        "All rows; only those beyond the watermark of the last run, beside the spans read before; or the last ones",
      ),
    watermark: name
      .optional()
      .describe("The column that grows: a time or a number. Of MongoDB `_id` where it is left out"),
    window: duration.optional().describe("For `window`, and for how long `new` keeps the spans read before: 30d"),
    late: duration.optional().describe("How far behind the watermark rows may still come; rows read twice count once"),
  })
  .refine(({ read, window }) => read !== "window" || window !== undefined, {
    path: ["window"],
    error: "`read: window` needs a window, such as 30d",
  })
  .prefault({});

export type SpanSpec = z.infer<typeof span>;
