import { MlflowError } from "./errors.js";

export interface RetryPolicy {
  /** Tries in all, the first one included; 1 switches retrying off. */
  tries: number;
  /** The wait before the n-th retry is random between 0 and baseMs · 2ⁿ, and never above maxMs. */
  baseMs: number;
  maxMs: number;
  /** A server that asks for a longer pause than this (Retry-After) is not waited for: the error says how long it asked for. */
  maxRetryAfterMs: number;
  random: () => number;
  sleep: (ms: number) => Promise<void>;
}

export const defaultRetry: RetryPolicy = {
  tries: 4,
  baseMs: 200,
  maxMs: 5_000,
  maxRetryAfterMs: 30_000,
  random: Math.random,
  sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
};

/**
 * Whether doing a request twice does harm. `yes`: reads, searches, and writes that set something to a value.
 * `before-sending`: creations, which are repeated only when nothing reached the server.
 */
export type Repeatable = "yes" | "before-sending";

export async function withRetries<Answer>(
  policy: RetryPolicy,
  repeatable: Repeatable,
  attempt: () => Promise<Answer>,
): Promise<Answer> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      const pause = tried < policy.tries ? pauseBefore(error, repeatable, tried, policy) : undefined;
      if (pause === undefined) throw error;
      await policy.sleep(pause);
    }
  }
}

/** How long to wait before the next try; undefined when there must be none. */
function pauseBefore(error: unknown, repeatable: Repeatable, tried: number, policy: RetryPolicy): number | undefined {
  if (!(error instanceof MlflowError) || !error.retryable) return undefined;
  if (repeatable === "before-sending" && error.sent) return undefined;
  if (error.retryAfterMs !== undefined)
    return error.retryAfterMs <= policy.maxRetryAfterMs ? error.retryAfterMs : undefined;
  return policy.random() * Math.min(policy.maxMs, policy.baseMs * 2 ** tried);
}
