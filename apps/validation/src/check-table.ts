import {
  columnNamed,
  type Column,
  type ColumnSchema,
  type DataSchema,
  type Finding,
  type NumericColumn,
  type Table,
  type TextColumn,
} from "@millrace/contracts";
import { missingIn } from "./missing-values.js";

const mostExamples = 5;

/** Everything in which a dataset differs from its schema, column by column; its sides are counted together. */
export const checkSides = (schema: DataSchema, sides: readonly Table[]): Finding[] =>
  schema.columns.flatMap((wanted) => {
    const columns = sides.map((side) => columnNamed(side, wanted.name)).filter((column) => column !== undefined);
    if (columns.length === sides.length) return checkColumn(wanted, columns);
    return wanted.required ? [missingColumn(wanted)] : [];
  });

/** What the data have beyond the schema is not learned from, and should not go unnoticed. */
export const strangeColumns = (known: ReadonlySet<string>, { columns }: Table): Finding[] =>
  columns
    .filter(({ name }) => !known.has(name))
    .map(({ name }) => ({
      ...{ code: "COLUMN_UNKNOWN", severity: "warning", column: name },
      message: `The column "${name}" is not in the schema: nothing is learned from it.`,
      remedy: "Add it to schema.yaml, or to features.drop in pipeline.yaml.",
    }));

function checkColumn(wanted: ColumnSchema, columns: readonly Column[]): Finding[] {
  const rows = columns.reduce((sum, column) => sum + rowsOf(column), 0);
  const absent = columns.reduce((sum, column) => sum + missingIn(column), 0);
  const found = absent > wanted.missing * rows ? [tooManyMissing(wanted, absent, rows)] : [];
  if (absent === rows) return found;
  const strangers = columns.filter((column) => column.kind !== wanted.type && missingIn(column) < rowsOf(column));
  if (strangers.length > 0) return [...found, wrongType(wanted, strangers)];
  return [
    ...found,
    ...checkCategories(wanted, columns.filter(isText)),
    ...checkRange(wanted, columns.filter(isNumeric)),
  ];
}

const rowsOf = (column: Column): number => (column.kind === "text" ? column.codes.length : column.values.length);
const isText = (column: Column): column is TextColumn => column.kind === "text";
const isNumeric = (column: Column): column is NumericColumn => column.kind === "number";

const missingColumn = ({ name, type }: ColumnSchema): Finding => ({
  ...{ code: "COLUMN_MISSING", severity: "error", column: name },
  message: `The column "${name}" (${type}) is missing.`,
  remedy: `Send data with it; if it is to be gone, ${changeSchema("take it out of")}.`,
});

const tooManyMissing = ({ name, missing }: ColumnSchema, absent: number, rows: number): Finding => ({
  ...{ code: "TOO_MANY_MISSING", severity: "error", column: name, rows: absent },
  message: `${absent} of ${rows} values of "${name}" are missing (${percent(absent / rows)}); at most ${percent(missing)} may be.`,
  remedy: `Fill them in, or ${changeSchema("raise `missing` of the column in")}.`,
});

function wrongType({ name, type }: ColumnSchema, columns: readonly Column[]): Finding {
  const { rows, texts } = valuesWhere(columns.filter(isText), (text) => !isNumber(text));
  const numbers = columns.filter(isNumeric).reduce((sum, column) => sum + rowsOf(column) - missingIn(column), 0);
  const examples = texts.slice(0, mostExamples);
  return {
    ...{ code: "TYPE_WRONG", severity: "error", column: name, rows: rows + numbers, examples },
    message: `"${name}" should hold ${plural[type]} but holds ${plural[columns[0]!.kind]}${examples.length > 0 ? `, such as ${quoted(examples)}` : ""}.`,
    remedy: `Correct the values, or ${changeSchema("correct the column's type in")}.`,
  };
}

function checkCategories(wanted: ColumnSchema, columns: readonly TextColumn[]): Finding[] {
  if (wanted.categories === undefined) return [];
  const known = new Set(wanted.categories);
  const { rows, texts } = valuesWhere(columns, (text) => !known.has(text));
  if (rows === 0) return [];
  const examples = texts.slice(0, mostExamples);
  return [
    {
      ...{ code: "CATEGORY_UNKNOWN", severity: wanted.severity, column: wanted.name, rows, examples },
      message: `${rows} values of "${wanted.name}" are none of its known categories: ${quoted(examples)}${more(texts.length)}.`,
      remedy: `Correct the values, or ${changeSchema("add them to the column's categories in")}.`,
    },
  ];
}

function checkRange(wanted: ColumnSchema, columns: readonly NumericColumn[]): Finding[] {
  const { min = -Infinity, max = Infinity } = wanted;
  const outside = columns.flatMap(({ values }) => [...values.filter((value) => value < min || value > max)]);
  if (outside.length === 0) return [];
  const examples = [...new Set(outside)].slice(0, mostExamples).map(String);
  return [
    {
      ...{ code: "OUT_OF_RANGE", severity: wanted.severity, column: wanted.name, rows: outside.length, examples },
      message: `${outside.length} values of "${wanted.name}" are outside ${wanted.min ?? "−∞"} to ${wanted.max ?? "∞"}: ${examples.join(", ")}.`,
      remedy: `Correct the values, or ${changeSchema("widen min and max of the column in")}.`,
    },
  ];
}

/** The different values that fit, sorted, and in how many rows they stand. */
function valuesWhere(columns: readonly TextColumn[], fits: (text: string) => boolean) {
  const texts = new Set<string>();
  let rows = 0;
  for (const { codes, dictionary } of columns) {
    const fitting = dictionary.map(fits);
    for (const code of codes) if (code >= 0 && fitting[code]) rows++;
    dictionary.forEach((text, code) => fitting[code] && texts.add(text));
  }
  return { rows, texts: [...texts].sort() };
}

/** A schema that was inferred is in no file yet. */
const changeSchema = (what: string): string =>
  `${what} schema.yaml (where there is none, write one and name it as \`schema\` in pipeline.yaml)`;

const plural = { number: "numbers", text: "text" };
const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(", ");
const more = (count: number): string => (count > mostExamples ? ` and ${count - mostExamples} more` : "");
const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));
