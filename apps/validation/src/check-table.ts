import {
  columnNamed,
  type Column,
  type ColumnSchema,
  type DataSchema,
  type Finding,
  type Table,
  type TextColumn,
} from "@millrace/contracts";
import { missingIn } from "./infer-schema.js";

const mostExamples = 5;

/** Everything in which a table differs from its schema, column by column. */
export const checkTable = (schema: DataSchema, table: Table): Finding[] =>
  schema.columns.flatMap((wanted) => checkColumn(wanted, columnNamed(table, wanted.name), table.rows));

function checkColumn(wanted: ColumnSchema, column: Column | undefined, rows: number): Finding[] {
  if (column === undefined) return wanted.required ? [missingColumn(wanted)] : [];
  const absent = missingIn(column);
  const found = absent > wanted.missing * rows ? [tooManyMissing(wanted, absent, rows)] : [];
  if (absent === rows) return found;
  if (column.kind !== wanted.type) return [...found, wrongType(wanted, column, rows)];
  return [...found, ...(column.kind === "text" ? checkCategories(wanted, column) : checkRange(wanted, column))];
}

const missingColumn = ({ name, type }: ColumnSchema): Finding => ({
  ...{ code: "COLUMN_MISSING", severity: "error", column: name },
  message: `The column "${name}" (${type}) is missing.`,
  remedy: `Send data with it, or change schema.yaml if it is to be gone.`,
});

const tooManyMissing = ({ name, missing }: ColumnSchema, absent: number, rows: number): Finding => ({
  ...{ code: "TOO_MANY_MISSING", severity: "error", column: name, rows: absent },
  message: `${absent} of ${rows} values of "${name}" are missing (${percent(absent / rows)}); at most ${percent(missing)} may be.`,
  remedy: "Fill them in, or raise `missing` of the column in schema.yaml.",
});

function wrongType({ name, type }: ColumnSchema, column: Column, rows: number): Finding {
  const strangers = column.kind === "text" ? valuesWhere(column, (text) => !isNumber(text)) : { rows, texts: [] };
  const examples = strangers.texts.slice(0, mostExamples);
  return {
    ...{ code: "TYPE_WRONG", severity: "error", column: name, rows: strangers.rows, examples },
    message: `"${name}" should hold ${plural[type]} but holds ${plural[column.kind]}${examples.length > 0 ? `, such as ${quoted(examples)}` : ""}.`,
    remedy: "Correct the values, or the column's type in schema.yaml.",
  };
}

function checkCategories(wanted: ColumnSchema, column: Column & { kind: "text" }): Finding[] {
  if (wanted.categories === undefined) return [];
  const known = new Set(wanted.categories);
  const { rows, texts } = valuesWhere(column, (text) => !known.has(text));
  if (rows === 0) return [];
  const examples = texts.slice(0, mostExamples);
  return [
    {
      ...{ code: "CATEGORY_UNKNOWN", severity: wanted.severity, column: wanted.name, rows, examples },
      message: `${rows} values of "${wanted.name}" are none of its known categories: ${quoted(examples)}.`,
      remedy: "Correct the values, or add them to the column's categories in schema.yaml.",
    },
  ];
}

function checkRange(wanted: ColumnSchema, column: Column & { kind: "number" }): Finding[] {
  const { min = -Infinity, max = Infinity } = wanted;
  const outside = column.values.filter((value) => value < min || value > max);
  if (outside.length === 0) return [];
  const examples = Array.from(outside.slice(0, mostExamples), String);
  return [
    {
      ...{ code: "OUT_OF_RANGE", severity: wanted.severity, column: wanted.name, rows: outside.length, examples },
      message: `${outside.length} values of "${wanted.name}" are outside ${wanted.min ?? "−∞"} to ${wanted.max ?? "∞"}: ${examples.join(", ")}.`,
      remedy: "Correct the values, or widen min and max of the column in schema.yaml.",
    },
  ];
}

/** The different values that fit, and in how many rows they stand. */
function valuesWhere(column: TextColumn, fits: (text: string) => boolean): { rows: number; texts: string[] } {
  const fitting = column.dictionary.map(fits);
  const rows = column.codes.reduce((count, code) => count + (code >= 0 && fitting[code] ? 1 : 0), 0);
  return { rows, texts: column.dictionary.filter((_text, code) => fitting[code]) };
}

const plural = { number: "numbers", text: "text" };
const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(", ");
const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));
