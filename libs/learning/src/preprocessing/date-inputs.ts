import type { FeatureDescription } from "./describe-features.js";
import { exactColumns } from "./fit-derived.js";
import type { PreprocessorState } from "./preprocessor-state.js";

// 1973 and 2286, in milliseconds: other quantities are seldom whole numbers of that size.
const [EARLY, LATE] = [1e11, 1e13];

/** Says of the features which are dates: the table has only their milliseconds, and a caller has what the data had. */
export function withDates({ derived, inputs }: PreprocessorState, features: readonly FeatureDescription[]) {
  const numbers = new Set(inputs.flatMap(({ name, kind }) => (kind === "number" ? [name] : [])));
  const dated = exactColumns(derived);
  return features.map((feature) =>
    numbers.has(feature.name) && (dated.has(feature.name) || looksDated(feature))
      ? { ...feature, date: true }
      : feature,
  );
}

const looksDated = ({ min, max, example }: FeatureDescription): boolean =>
  typeof example === "number" && example > EARLY && max! < LATE && Number.isInteger(min) && Number.isInteger(max);

const isoDate = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds since 1970 as the reading of data gives them: without an offset it is UTC. NaN for what is no date. */
export function dateMilliseconds(text: string): number {
  const found = isoDate.exec(text);
  if (found === null) return NaN;
  const isWhole = text.length === 10 || found[1] !== undefined;
  const milliseconds = Date.parse(isWhole ? text.replace(" ", "T") : `${text.replace(" ", "T")}Z`);
  // 30 February would be the first of March.
  return new Date(`${text.slice(0, 10)}T00:00Z`).getUTCDate() === Number(text.slice(8, 10)) ? milliseconds : NaN;
}
