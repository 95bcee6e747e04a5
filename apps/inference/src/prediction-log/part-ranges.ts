import type { PartFile } from "./part-files.js";

/** Between which times a part's rows can lie. */
export interface PartRange {
  readonly part: PartFile;
  readonly from: number;
  readonly to: number;
}

/** A row can be older than the segment in which it stands, or come to it late, by as long as a request takes. */
const SLACK_MS = 600_000;
const DAY_MS = 86_400_000;

/** A segment takes rows from when it was opened until its replica opened the next. */
export function rangesOf(parts: readonly PartFile[]): PartRange[] {
  const later = new Map<string, number>();
  return [...parts]
    .sort((one, other) => (one.segment < other.segment ? 1 : -1))
    .map((part) => {
      const { openedAt, replica } = segmentOf(part.segment);
      const day = Date.parse(part.date);
      const next = later.get(`${replica} ${part.date}`) ?? Infinity;
      later.set(`${replica} ${part.date}`, openedAt);
      const [from, to] = [openedAt - SLACK_MS, next + SLACK_MS];
      return { part, from: Math.max(day, from), to: Math.min(day + DAY_MS, to) };
    });
}

/** The name begins with the time, without its punctuation: 20261121T154839123. */
function segmentOf(name: string): { openedAt: number; replica: string } {
  const [time = "", replica = ""] = name.split("-");
  const iso = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})$/, "$1-$2-$3T$4:$5:$6.$7Z");
  const openedAt = Date.parse(iso);
  return { openedAt: Number.isNaN(openedAt) ? 0 : openedAt, replica };
}
