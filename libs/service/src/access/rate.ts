export interface Rate {
  readonly perSecond: number;
  /** How many calls may come at once; unset: those of one second. */
  readonly burst?: number;
}

/** Tokens drip in at the rate; a call takes one. */
export interface Bucket {
  readonly perSecond: number;
  readonly burst: number;
  tokens: number;
  at: number;
}

export const bucketOf = ({ perSecond, burst = Math.max(1, Math.ceil(perSecond)) }: Rate, now: number): Bucket => ({
  ...{ perSecond, burst, tokens: burst, at: now },
});

/** Takes a token, or answers false. `now` is in milliseconds, of a clock that never goes back. */
export function takeToken(bucket: Bucket, now: number): boolean {
  bucket.tokens = Math.min(bucket.burst, bucket.tokens + ((now - bucket.at) / 1000) * bucket.perSecond);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

export const secondsUntilToken = ({ tokens, perSecond }: Bucket): number =>
  Math.max(1, Math.ceil((1 - tokens) / perSecond));

/** As in draft-ietf-httpapi-ratelimit-headers: the policy, what is left of it and in how many seconds there is more. */
export function rateHeaders(bucket: Bucket): [name: string, value: string][] {
  const window = Math.max(1, Math.round(bucket.burst / bucket.perSecond));
  const full = Math.ceil((bucket.burst - bucket.tokens) / bucket.perSecond);
  return [
    ["ratelimit-policy", `"key";q=${bucket.burst};w=${window}`],
    ["ratelimit", `"key";r=${Math.floor(bucket.tokens)};t=${full}`],
  ];
}
