import type { Severity } from "@millrace/contracts";

interface Code {
  /** What a finding does where neither pipeline.yaml nor schema.yaml says it. */
  readonly severity: Severity;
  /** It is about single rows, which can be kept apart. */
  readonly rows?: true;
  /** It is about what a column's values may be: a column's `severity` in one word is meant for these. */
  readonly values?: true;
}

const value = { rows: true, values: true, severity: "quarantine" } as const;
const warn = { severity: "warn" } as const;
const reject = { severity: "reject" } as const;

/** Every finding there is; docs/validation.md says what each means and what to do. */
export const findingCodes = {
  COLUMN_MISSING: reject,
  COLUMN_UNKNOWN: warn,
  COLUMN_EMPTY: warn,
  TYPE_WRONG: { rows: true, severity: "reject" },
  VALUE_MISSING: { rows: true, severity: "quarantine" },
  TOO_MANY_MISSING: reject,
  TOO_FEW_VALUES: reject,
  OUT_OF_RANGE: value,
  NOT_WHOLE: value,
  NOT_BOOLEAN: value,
  NOT_FINITE: value,
  CATEGORY_UNKNOWN: value,
  PATTERN_WRONG: value,
  SHAPE_UNKNOWN: value,
  VALUE_REPEATED: value,
  TOO_FEW_DISTINCT: { values: true, severity: "warn" },
  TOO_MANY_DISTINCT: { values: true, severity: "warn" },
  TEXT_BROKEN: warn,
  ROWS_TOO_FEW: reject,
  ROWS_TOO_MANY: reject,
  ROWS_FEWER_THAN_BEFORE: warn,
  ROWS_MORE_THAN_BEFORE: warn,
  QUARANTINE_TOO_LARGE: reject,
  COLUMN_CONSTANT: warn,
  COLUMN_IDENTIFIER: warn,
  COLUMN_REDUNDANT: warn,
  DATES_MIXED: warn,
  SHAPES_MIXED: warn,
  CATEGORIES_ALIKE: warn,
  TARGET_ONE_CLASS: reject,
  TARGET_LEAKED: warn,
  TARGET_DRIFT: warn,
  DRIFT_PREVIOUS: warn,
  DRIFT_CHAMPION: warn,
  SKEW_SERVING: warn,
  REFERENCE_MISSING: warn,
} as const satisfies Record<string, Code>;

export type FindingCode = keyof typeof findingCodes;

export const codeOf = (code: FindingCode): Code => findingCodes[code];
