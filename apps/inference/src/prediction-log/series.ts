import type { LoggedPrediction } from "./logged-prediction.js";
import type { LogRule } from "./log-rules.js";

/** What many rows have in common: it is written once a block, and a row only refers to it. */
export interface Series {
  /** Its number within the block in which it was last written. */
  id: number;
  block: number;
  readonly model: string;
  readonly asked: string | undefined;
  readonly version: number | undefined;
  readonly rule: LogRule | undefined;
  readonly names: readonly string[] | undefined;
  /** The features' keys in the request's order; undefined where they come by position. */
  readonly keys: readonly string[] | undefined;
  /** How many features come by position; −1 where they do not. */
  readonly length: number;
  /** Which of them are kept, by key or position, and under which names; unnamed ones stay a list. Undefined: none at all. */
  readonly kept: readonly (string | number)[] | undefined;
  readonly columns: readonly string[] | undefined;
  readonly hashed: readonly boolean[] | undefined;
  readonly classes: readonly string[] | undefined;
}

/** Whose row it is: the model that was asked, or the unknown one with what it was asked as. */
export interface Owner {
  readonly model: string;
  readonly asked?: string;
  readonly rule: LogRule | undefined;
  readonly names: readonly string[] | undefined;
}

type Features = LoggedPrediction["features"];
const isList = (features: Features): features is readonly unknown[] => Array.isArray(features);

export function seriesOf(entry: LoggedPrediction, owner: Owner): Series {
  const { features, version, probabilities } = entry;
  const named = features !== undefined && !isList(features);
  const keys = named ? Object.keys(features) : undefined;
  const length = isList(features) ? features.length : -1;
  const classes = probabilities === undefined ? undefined : Object.keys(probabilities);
  const about = { model: owner.model, asked: owner.asked, version, rule: owner.rule, names: entry.names };
  return { id: -1, block: -1, ...about, keys, length, classes, ...keptOf(keys, length, owner) };
}

type Kept = Pick<Series, "kept" | "columns" | "hashed">;
const nothing: Kept = { kept: undefined, columns: undefined, hashed: undefined };

/** Where columns are hidden, only those that the model knows are kept: another name may be a hidden one, misspelt. */
function keptOf(keys: readonly string[] | undefined, length: number, { rule, names }: Owner): Kept {
  if (rule === undefined || (keys === undefined && length < 0)) return nothing;
  const columns = keys ?? (names?.length === length ? names : undefined);
  if (!rule.redacts) return { kept: keys ?? [...Array(length).keys()], columns, hashed: undefined };
  if (columns === undefined || names === undefined) return nothing;
  const known = new Set(names);
  const places = columns.map((_, place) => place).filter((place) => isKept(columns[place]!, known, rule));
  const kept = places.map((place) => (keys === undefined ? place : keys[place]!));
  const named = places.map((place) => columns[place]!);
  const hashed = named.map((column) => rule.isHashed(column));
  return { kept, columns: named, hashed: hashed.includes(true) ? hashed : undefined };
}

const isKept = (column: string, known: ReadonlySet<string>, rule: LogRule): boolean =>
  known.has(column) && !rule.isDropped(column);

/** Whether a row can refer to this series: on the path of every prediction, so nothing is made. */
export function isOfSeries(series: Series, entry: LoggedPrediction, rule: LogRule | undefined): boolean {
  if (series.version !== entry.version || series.rule !== rule || !namesFit(series.names, entry.names)) return false;
  return featuresFit(series, entry.features) && keysFit(series.classes, entry.probabilities);
}

/** They are the same list for every request of a version; where they are not, they say the same. */
const namesFit = (one: readonly string[] | undefined, other: readonly string[] | undefined): boolean =>
  one === other || (one?.length === other?.length && one?.every((name, place) => name === other![place]) === true);

function featuresFit({ keys, length }: Series, features: Features): boolean {
  if (isList(features)) return features.length === length;
  return length < 0 && keysFit(keys, features);
}

function keysFit(keys: readonly string[] | undefined, object: object | undefined): boolean {
  if (keys === undefined || object === undefined) return keys === object;
  let place = 0;
  for (const key in object) if (keys[place++] !== key) return false;
  return place === keys.length;
}

/** The values of a row that must not be seen anywhere: all that are not kept as they are. */
export function hiddenValues({ kept, hashed }: Series, features: Features): unknown[] {
  if (features === undefined) return [];
  const open = new Set(kept?.filter((_, place) => hashed?.[place] !== true).map(String));
  return Object.entries(features)
    .filter(([key]) => !open.has(key))
    .map(([, value]) => value);
}
