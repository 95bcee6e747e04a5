import type { ColumnSchema, Finding } from "@millrace/contracts";
import type { ColumnCount } from "./check-columns.js";
import type { FindingCode } from "./finding-codes.js";
import { bounds, listed, percent, plural, valueText } from "./in-words.js";
import { asFound, severityOf, type SeverityRules } from "./severity-of.js";
import type { Tally } from "./tally.js";

export const mostExamples = 5;

/** In which row of the source a side's row stood, from 1 on; the side's own number where nobody knows. */
export type RowNumber = (side: "train" | "test", row: number) => number;

interface Parts {
  readonly rules: SeverityRules;
  readonly rowNumber: RowNumber;
}

/** A schema that was inferred is in no file yet. */
const changeSchema = (what: string): string =>
  `${what} schema.yaml (where there is none, begin with the one of the report and name it as \`schema\` in pipeline.yaml)`;

/** A finding, or nothing where its code is to be ignored. */
export function findingOf(
  { rules, wanted }: { rules: SeverityRules; wanted?: ColumnSchema },
  code: FindingCode,
  said: Omit<Finding, "code" | "severity">,
): Finding[] {
  const severity = severityOf(rules, code, wanted);
  return severity === "ignore" ? [] : [{ code, severity: asFound(severity), ...said } as Finding];
}

/** What the values of one column break. */
export function columnFindings(counted: ColumnCount, { rules, rowNumber }: Parts): Finding[] {
  const { wanted, rows } = counted;
  if (rows === 0) return missingColumn(wanted, rules);
  forgiveMass(counted);
  const tallies = [...counted.tallies.values()].filter((tally) => tally.rows > 0);
  return [
    ...presence(counted, rules),
    ...tallies.map((tally) => valueFinding(tally, counted, rowNumber)).sort((a, b) => (b.rows ?? 0) - (a.rows ?? 0)),
  ];
}

/** Unknown categories of which there are few enough are none; their rows stay. */
function forgiveMass({ wanted, rows, missing, tallies }: ColumnCount): void {
  const unknown = tallies.get("CATEGORY_UNKNOWN");
  if (unknown === undefined || wanted.minMass === undefined) return;
  if (1 - unknown.rows / (rows - missing) >= wanted.minMass) unknown.rows = 0;
}

const missingColumn = (wanted: ColumnSchema, rules: SeverityRules): Finding[] =>
  wanted.required
    ? findingOf({ rules, wanted }, "COLUMN_MISSING", {
        column: wanted.name,
        message: `The column "${wanted.name}" (${wanted.type}) is missing.`,
        remedy: `Send data with it; if it is to be gone, ${changeSchema("take it out of")}.`,
      })
    : [];

function presence({ wanted, rows, missing }: ColumnCount, rules: SeverityRules): Finding[] {
  const about = { column: wanted.name, rows: missing };
  const share = percent(missing / rows);
  const tooMany =
    wanted.missing > 0 && missing > wanted.missing * rows
      ? findingOf({ rules, wanted }, "TOO_MANY_MISSING", {
          ...about,
          message: `${missing} of ${rows} values of "${wanted.name}" are missing (${share}); at most ${percent(wanted.missing)} may be.`,
          remedy: `Fill them in, or ${changeSchema("raise `missing` of the column in")}.`,
        })
      : [];
  const tooFew =
    rows - missing < (wanted.present ?? 0)
      ? findingOf({ rules, wanted }, "TOO_FEW_VALUES", {
          column: wanted.name,
          message: `"${wanted.name}" has ${rows - missing} values; at least ${wanted.present} are needed.`,
          remedy: `Send more, or ${changeSchema("lower `present` of the column in")}.`,
        })
      : [];
  return [...tooMany, ...tooFew];
}

function valueFinding(tally: Tally, counted: ColumnCount, rowNumber: RowNumber): Finding {
  const { code, column, rows, severity } = tally;
  const examples = examplesOf(tally, counted.wanted);
  const { message, change } = sentences[code as ValueCode](tally, counted, listed(examples, moreThan(tally)));
  return {
    ...{ code, column, rows, message },
    severity: asFound(severity as Exclude<typeof severity, "ignore">),
    ...(examples.length > 0 && { examples }),
    places: tally.places.map((place) => ({ ...place, row: rowNumber(place.side, place.row) })),
    remedy: `Correct the values, or ${changeSchema(change)}.`,
  };
}

const examplesOf = ({ values }: Tally, wanted: ColumnSchema): string[] => {
  const sorted = [...values].sort((a, b) => (wanted.type === "text" ? 0 : Number(a) - Number(b)) || (a < b ? -1 : 1));
  return sorted.slice(0, mostExamples).map((text) => valueText(wanted, text));
};

const moreThan = ({ values }: Tally): number => Math.max(0, values.size - mostExamples);

type ValueCode = keyof typeof sentences;
type Sentence = (tally: Tally, counted: ColumnCount, examples: string) => { message: string; change: string };

const valuesOf = ({ rows, column }: Tally): string =>
  rows === 1 ? `1 value of "${column}" is` : `${rows} values of "${column}" are`;

const sentences = {
  TYPE_WRONG: (tally, { wanted, kind, rows, missing }, examples) => ({
    message: `"${tally.column}" should hold ${plural[wanted.type]}, but ${tally.rows} of ${rows - missing} values are ${kind === "text" ? "texts that are none" : "numbers"}${examples && `, such as ${examples}`}.`,
    change: "correct the column's type in",
  }),
  VALUE_MISSING: (tally, { rows }) => ({
    message: `${tally.rows} of ${rows} rows have no value of "${tally.column}" (${percent(tally.rows / rows)}), which each row needs.`,
    change: "set `missing` of the column in",
  }),
  OUT_OF_RANGE: (tally, { wanted }, examples) => ({
    message: `${valuesOf(tally)} outside ${bounds(wanted)}: ${examples}.`,
    change: "widen min and max of the column in",
  }),
  NOT_WHOLE: (tally, _counted, examples) => ({
    message: `${valuesOf(tally)} not whole: ${examples}.`,
    change: "make the column's type `number` in",
  }),
  NOT_BOOLEAN: (tally, _counted, examples) => ({
    message: `${valuesOf(tally)} neither 0 nor 1: ${examples}.`,
    change: "make the column's type `integer` in",
  }),
  NOT_FINITE: (tally, _counted, examples) => ({
    message: `${valuesOf(tally)} infinite: ${examples}.`,
    change: "set `finite: false` of the column in",
  }),
  CATEGORY_UNKNOWN: (tally, { wanted }, examples) => ({
    message: `${valuesOf(tally)} none of its known categories${wanted.minMass === undefined ? "" : `, of which at least ${percent(wanted.minMass)} have to be`}: ${examples}.`,
    change: "add them to the column's categories in",
  }),
  PATTERN_WRONG: (tally, { wanted }, examples) => ({
    message: `${valuesOf(tally)} not of the form ${wanted.pattern}: ${examples}.`,
    change: "correct the column's pattern in",
  }),
  SHAPE_UNKNOWN: (tally, { wanted }, examples) => ({
    message: `${valuesOf(tally)} of none of its shapes (${listed((wanted.shapes ?? []).slice(0, mostExamples), 0)}): ${examples}.`,
    change: "add their shape to the column's shapes in",
  }),
  VALUE_REPEATED: (tally, _counted, examples) => ({
    message: `${valuesOf(tally)} in an earlier row too, though each should be in one row only: ${examples}.`,
    change: "take `unique` of the column out of",
  }),
} satisfies Record<string, Sentence>;
