import type { Caller } from "./caller.js";
import { bucketOf, type Bucket, type Rate } from "./rate.js";

/** What a key or a token gives. */
export interface Grant {
  readonly caller: Caller;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
  readonly bucket?: Bucket;
}

const REMEMBERED = 10_000;

/** The buckets of all callers: a key that is read again, or a token that is renewed, goes on with the bucket it had. */
export function openBuckets(fallback: number | undefined, ticks: () => number) {
  const buckets = new Map<string, Bucket>();
  return (id: string, rate: Rate | undefined = fallback === undefined ? undefined : { perSecond: fallback }) => {
    if (rate === undefined) return undefined;
    const known = buckets.get(id);
    const wanted = bucketOf(rate, ticks());
    if (known?.perSecond === wanted.perSecond && known.burst === wanted.burst) return known;
    if (buckets.size >= REMEMBERED) buckets.delete(buckets.keys().next().value!);
    buckets.set(id, wanted);
    return wanted;
  };
}

export type Buckets = ReturnType<typeof openBuckets>;
