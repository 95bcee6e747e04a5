import { millisecondsOf, ProblemError, secondsOf, type PipelineSpec } from "@millrace/contracts";

/** How far a source was read: a number (a time in milliseconds) or a text that sorts. */
export type Watermark = number | string;

const objectId = /^[0-9a-f]{24}$/;

/** The watermark less a duration, for rows that come late. MongoDB's `_id` begins with the seconds of its making. */
export function earlier(watermark: Watermark, duration: string): Watermark {
  if (typeof watermark === "number") return watermark - millisecondsOf(duration);
  if (objectId.test(watermark)) {
    const seconds = Math.max(0, parseInt(watermark.slice(0, 8), 16) - secondsOf(duration));
    return seconds.toString(16).padStart(8, "0").padEnd(24, "0");
  }
  throw new ProblemError({
    code: "SPAN_WATERMARK_IS_TEXT",
    where: "span.watermark",
    message: `a time cannot be taken from ${JSON.stringify(watermark.slice(0, 40))}.`,
    remedy: "Name a column of times or numbers as span.watermark, or leave span.late and `read: window` out.",
  });
}

export const larger = (a: Watermark | undefined, b: Watermark | undefined): Watermark | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
};

/** The next number after it: what is not below that is beyond the watermark. */
export function justAfter(value: number): number {
  const bits = new BigInt64Array(new Float64Array([value === 0 ? 0 : value]).buffer);
  bits[0]! += value >= 0 ? 1n : -1n;
  return new Float64Array(bits.buffer)[0]!;
}

/** The column that tells new rows from old ones; undefined where new files or objects tell. */
export function watermarkColumn({ source, span }: PipelineSpec): string | undefined {
  if (span.watermark !== undefined) return span.watermark;
  if (source.kind === "mongodb") return "_id";
  const byFiles = span.read === "new" && (source.kind === "s3" || "path" in source);
  if (byFiles || span.read === "all") return undefined;
  throw new ProblemError({
    code: "SPAN_WITHOUT_WATERMARK",
    where: "span.watermark",
    message: `\`read: ${span.read}\` needs a column that grows, to tell which rows are meant.`,
    remedy: "Name one: a time or a number.",
  });
}
