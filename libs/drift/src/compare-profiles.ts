import { compareNumbers } from "./compare-numbers.js";
import { compareTexts } from "./compare-texts.js";
import { unknown, type Compared } from "./compared.js";
import { changesOf, figuresOf, sentenceOf } from "./describe-change.js";
import type { ColumnDrift, DriftOptions, DriftReport } from "./drift-report.js";
import { falseDiscovery } from "./false-discovery.js";
import type { ColumnProfile, Profile } from "./profile.js";

/**
 * Which columns are distributed otherwise than in the reference. A column drifted where the effect is large enough to matter
 * and a test says that it is no chance: large samples make the smallest change certain, small ones make chance look large.
 */
export function compareProfiles(
  reference: Profile,
  current: Profile,
  { effect = 0.1, rate = 0.01, columns }: DriftOptions = {},
): DriftReport {
  const { both, ...others } = columnsOfBoth(reference, current, columns);
  const compared = both.map(([before, now]) => compareColumns(before, now));
  const q = falseDiscovery(compared.map(({ p }) => p));
  const found = both.map(([before, now], at): ColumnDrift => {
    const drifted = compared[at]!.effect >= effect && q[at]! <= rate;
    return { ...described(before, now), ...compared[at]!, q: q[at]!, drifted };
  });
  const drifted = found.filter((column) => column.drifted).length;
  return { columns: found, drifted, share: found.length === 0 ? 0 : drifted / found.length, ...others };
}

type Both = readonly [reference: ColumnProfile, current: ColumnProfile];

function columnsOfBoth(reference: Profile, current: Profile, wanted?: readonly string[]) {
  const isWanted = ({ name }: ColumnProfile): boolean => wanted === undefined || wanted.includes(name);
  const [before, now] = [reference, current].map(({ columns }) => columns.filter(isWanted));
  const byName = new Map(now!.map((column) => [column.name, column]));
  const names = new Set(before!.map(({ name }) => name));
  const pairs = before!.flatMap((column): Both[] =>
    byName.has(column.name) ? [[column, byName.get(column.name)!]] : [],
  );
  return {
    both: pairs.filter(([one, other]) => one.kind === other.kind),
    otherKind: pairs.filter(([one, other]) => one.kind !== other.kind).map(([{ name }]) => name),
    missing: before!.map(({ name }) => name).filter((name) => !byName.has(name)),
    added: now!.map(({ name }) => name).filter((name) => !names.has(name)),
  };
}

function compareColumns(reference: ColumnProfile, current: ColumnProfile): Compared {
  if (reference.rows === 0 || current.rows === 0) return unknown;
  if (reference.kind === "number" && current.kind === "number") return compareNumbers(reference, current);
  if (reference.kind === "text" && current.kind === "text") return compareTexts(reference, current);
  throw new TypeError(`${reference.name} is compared with ${current.name}, a column of another kind`);
}

function described(reference: ColumnProfile, current: ColumnProfile) {
  const figures = { reference: figuresOf(reference), current: figuresOf(current) };
  const texts = reference.kind === "text" && current.kind === "text";
  const changes = texts ? changesOf(reference, current) : [];
  const sentence = sentenceOf(figures.reference, figures.current, changes);
  return { name: current.name, kind: current.kind, figures, changes, sentence };
}
