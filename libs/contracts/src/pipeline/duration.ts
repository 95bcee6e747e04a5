import * as z from "zod";

const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
const form = /^(\d+)(ms|s|m|h|d)$/;

/** A time span as people write it: 200ms, 30s, 5m, 26h, 30d. */
export const duration = z
  .string()
  .regex(form, "a whole number and ms, s, m, h or d, such as 200ms, 30s, 5m, 26h or 30d");

export function secondsOf(text: string): number {
  const [, count, unit] = form.exec(text) ?? [];
  return Number(count) * units[unit as keyof typeof units];
}

export const millisecondsOf = (text: string): number => Math.round(1000 * secondsOf(text));
