import { firstRow } from "../duckdb/open-database.js";
import { literal } from "../duckdb/sql.js";
import type { StagedColumn } from "../staging/row-sink.js";
import { missingTokens, type CsvDialect } from "./csv-dialect.js";
import type { Target } from "./load-target.js";

// A column that is no number and no truth in its first rows is not looked at any further.
const FIRST_ROWS = 2_048;

// What JavaScript's trim() takes away: blanks of every kind.
const BLANKS =
  " \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

type Meaning = "number" | "truth" | "text";

/** How a column's texts are read, as SQL over the text `c`. */
interface Reading {
  readonly missing: (c: string) => string;
  readonly isNumber: (c: string) => string;
  readonly number: (c: string) => string;
  readonly isTruth: (c: string) => string;
}

/**
 * Makes of each column of texts what it says: blanks and missing tokens are missing, and where every other text is a number
 * (with blanks around it or not), or every one is true or false, it is a column of numbers.
 */
export async function settleTexts(
  target: Target,
  columns: readonly StagedColumn[],
  options: CsvDialect,
): Promise<readonly StagedColumn[]> {
  const reading = readingOf(options);
  const texts = columns.flatMap(({ kind }, index) => (kind === "text" ? [index] : []));
  const settled = [...columns];
  for (const [index, meaning] of await meaningsOf(target, texts, reading)) {
    await settle(target, index, meaning, reading);
    if (meaning !== "text") settled[index] = { ...columns[index]!, kind: "number" };
  }
  return settled;
}

const trimmed = (c: string): string => `trim(${c}, ${literal(BLANKS)})`;

function readingOf({ decimal = ".", missing = [] }: Partial<CsvDialect>): Reading {
  const tokens = ["", ...missingTokens, ...missing.map((token) => token.trim())].map(literal).join(", ");
  const plain = "[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?";
  const comma = "[+-]?((\\d{1,3}(\\.\\d{3})+|\\d+)(,\\d*)?|,\\d+)([eE][+-]?\\d+)?";
  const pointed = (c: string) => `replace(replace(${trimmed(c)}, '.', ''), ',', '.')`;
  return {
    missing: (c) => `(${trimmed(c)} in (${tokens}))`,
    isNumber: (c) => `regexp_full_match(${trimmed(c)}, ${literal(decimal === "," ? comma : plain)})`,
    number: (c) => `cast(${decimal === "," ? pointed(c) : trimmed(c)} as double)`,
    isTruth: (c) => `(lower(${trimmed(c)}) in ('true', 'false'))`,
  };
}

/** The columns that are not simply texts as they stand, and what each is. */
async function meaningsOf(target: Target, texts: readonly number[], reading: Reading): Promise<[number, Meaning][]> {
  if (texts.length === 0) return [];
  const first = await readAs(target, texts, texts, reading, `limit ${FIRST_ROWS}`);
  const likely = texts.filter((_, place) => first[place]!.numbers || first[place]!.truths);
  const found = await readAs(target, texts, likely, reading, "");
  return texts.flatMap((index, place): [number, Meaning][] => {
    const { missing, numbers, truths } = found[place]!;
    if (numbers) return [[index, "number"]];
    if (truths) return [[index, "truth"]];
    return missing ? [[index, "text"]] : [];
  });
}

interface Found {
  readonly missing: boolean;
  readonly numbers: boolean;
  readonly truths: boolean;
}

async function readAs(
  { connection, table }: Target,
  texts: readonly number[],
  likely: readonly number[],
  { missing, isNumber, isTruth }: Reading,
  limit: string,
): Promise<Found[]> {
  if (texts.length === 0) return [];
  const every = (holds: string) => `coalesce(bool_and(${missing("c")} or ${holds}), true)`;
  const asked = texts.map((index) => {
    const whole = likely.includes(index) ? `${every(isNumber("c"))}, ${every(isTruth("c"))}` : "false, false";
    // Most columns say the same few texts again and again, and to trim one takes longer than to find it among others.
    const different = `select distinct c from (select c${index} as c from ${table} ${limit}) where c is not null`;
    return `(select [coalesce(bool_or(${missing("c")}), false), ${whole}] from (${different}))`;
  });
  const [found] = await firstRow(connection, `select [${asked.join(", ")}]`);
  return (found as boolean[][]).map(([absent, numbers, truths]) => ({
    missing: absent === true,
    numbers: numbers === true,
    truths: truths === true,
  }));
}

async function settle({ connection, table }: Target, index: number, meaning: Meaning, reading: Reading): Promise<void> {
  const c = `c${index}`;
  const value = { number: reading.number(c), truth: `(lower(${trimmed(c)}) = 'true')::double`, text: c }[meaning];
  await connection.run(
    `alter table ${table} alter ${c} set data type ${meaning === "text" ? "varchar" : "double"}
     using case when ${reading.missing(c)} then null else ${value} end`,
  );
}
