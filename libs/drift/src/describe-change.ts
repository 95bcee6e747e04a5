import type { Figures, TextChange } from "./drift-report.js";
import type { ColumnProfile, TextProfile } from "./profile.js";
import { missingShare, quantile, standardDeviation } from "./read-profile.js";

const mostChanges = 5;

export function figuresOf(profile: ColumnProfile): Figures {
  const common = { rows: profile.rows, missing: missingShare(profile), distinct: profile.distinct };
  if (profile.kind === "text" || profile.min === undefined) return common;
  const { min, max, mean } = profile;
  return { ...common, mean, deviation: standardDeviation(profile), median: quantile(profile, 0.5), min, max };
}

/** Texts whose counts are known in both. */
export function changesOf(reference: TextProfile, current: TextProfile): TextChange[] {
  const [before, now] = [knownShares(reference), knownShares(current)];
  const texts = new Set([...reference.top, ...current.top].map(([text]) => text));
  const changes = [...texts].flatMap((text): TextChange[] => {
    const change = { text, reference: before(text) ?? NaN, current: now(text) ?? NaN };
    return changed(change) > 0 ? [change] : [];
  });
  return changes.sort((one, other) => changed(other) - changed(one)).slice(0, mostChanges);
}

/** As `shareOf`, for many texts. */
function knownShares({ top, others, rows, missing }: TextProfile): (text: string) => number | undefined {
  const counts = new Map(top);
  return (text) => {
    const count = counts.get(text) ?? (others > 0 ? undefined : 0);
    return count === undefined ? undefined : count / Math.max(1, rows - missing);
  };
}

const changed = ({ reference, current }: TextChange): number => Math.abs(current - reference);

/** No smaller change of a share is the reason for drift. */
const TOLD = 0.01;

/** The rest of a sentence that begins with the column. */
export function sentenceOf(reference: Figures, current: Figures, changes: readonly TextChange[]): string {
  const [change] = changes;
  const missing = Math.abs(current.missing - reference.missing);
  const moved = Math.max(change === undefined ? 0 : changed(change), meanChange(reference, current) / 3);
  if (missing >= TOLD && missing >= moved)
    return `${percent(current.missing)} of its values are missing and ${percent(reference.missing)} were`;
  // Of texts that are nearly all different none says what changed.
  if (change !== undefined && changed(change) >= TOLD) return textSentence(change);
  if (current.mean === undefined || reference.mean === undefined) return "its texts look otherwise";
  return numberSentence(reference, current);
}

const textSentence = ({ text, reference, current }: TextChange): string =>
  `${JSON.stringify(text)} is ${percent(current)} of its values and was ${reference === 0 ? "none" : percent(reference)}`;

/** In standard deviations of the reference. */
function meanChange({ mean: before, deviation = 0 }: Figures, { mean: now }: Figures): number {
  if (before === undefined || now === undefined) return 0;
  return Math.abs(now - before) / (deviation || Math.abs(now - before) || 1);
}

function numberSentence(reference: Figures, current: Figures): string {
  const [before = 0, now = 0] = [reference.deviation, current.deviation];
  const wider = before > 0 && now > 0 ? Math.abs(Math.log(now / before)) : 0;
  if (wider > meanChange(reference, current)) return `its standard deviation is ${short(now)} and was ${short(before)}`;
  return `its mean is ${short(current.mean!)} and was ${short(reference.mean!)}`;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
const percent = (share: number): string => `${Number((100 * share).toPrecision(share >= 0.1 ? 3 : 2))} %`;
