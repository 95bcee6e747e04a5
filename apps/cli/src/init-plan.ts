import type { ColumnFacts, NumberFacts } from "./profile-columns.js";
import { percent } from "./profile-text.js";

/** What becomes of the columns, each with the reason. */
export interface InitPlan {
  readonly dropped: readonly (readonly [column: string, reason: string])[];
  readonly dates: readonly string[];
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
  readonly words: readonly string[];
  /** Words of many kinds, for which a column each would be too many. */
  readonly manyKinds: readonly string[];
  readonly missing: boolean;
  readonly outliers: boolean;
  /** What a person should look at. */
  readonly warnings: readonly string[];
}

const MANY_KINDS = 50;
const SENTENCE_WORDS = 4;
const LEAK = 0.95;
// 1973, in milliseconds: amounts are seldom larger, and dates seldom earlier.
const EARLY = 1e11;

export function planColumns(columns: readonly ColumnFacts[]): InitPlan {
  const dropped = columns.flatMap((facts) => {
    const reason = reasonToDrop(facts);
    return reason === undefined ? [] : [[facts.name, reason] as const];
  });
  const gone = new Set(dropped.map(([name]) => name));
  const kept = columns.filter(({ name }) => !gone.has(name));
  const isText = (facts: ColumnFacts) => facts.kind === "text" && facts.words >= SENTENCE_WORDS && facts.distinct > 20;
  const namesOf = (fits: (facts: ColumnFacts) => boolean) => kept.filter(fits).map(({ name }) => name);
  const texts = namesOf(isText);
  const numbers = kept.filter((facts): facts is NumberFacts => facts.kind === "number" && !isDate(facts));
  return {
    ...{ dropped, texts, dates: namesOf(isDate), numbers: numbers.map(({ name }) => name) },
    words: namesOf((facts) => facts.kind === "text" && !isText(facts)),
    manyKinds: namesOf((facts) => facts.kind === "text" && !isText(facts) && facts.distinct > MANY_KINDS),
    missing: kept.some(({ missing, rows }) => missing > rows / 20),
    outliers: numbers.filter(({ outliers }) => outliers > 0.05).length > numbers.length / 4,
    warnings: kept.flatMap(leakOf),
  };
}

function reasonToDrop(facts: ColumnFacts): string | undefined {
  const present = facts.rows - facts.missing;
  if (present === 0) return "has no value";
  if (facts.distinct === 1) return "has one value only";
  if (facts.distinct < present || facts.rows < 20) return undefined;
  if (facts.kind === "text") return facts.words < SENTENCE_WORDS ? "tells each row from all others" : undefined;
  const isNamed = /(^|[_\s-])(id|key|no|nr|num|number)$|[a-z]I[dD]$|^(id|index|row)/i.test(facts.name);
  return facts.whole && !isDate(facts) && (isNamed || facts.rising) ? "numbers the rows" : undefined;
}

const isDate = (facts: ColumnFacts): boolean =>
  facts.kind === "number" && facts.whole && facts.range !== undefined && facts.range.median > EARLY && facts.range.min > 0 && facts.range.max < 1e13; // prettier-ignore

const leakOf = ({ name, relation }: ColumnFacts): string[] =>
  relation !== undefined && relation > LEAK
    ? [`${JSON.stringify(name)} alone tells ${percent(relation)} of the target: is it known before the answer is?`]
    : [];
