/** MLflow writes maps as lists of `{ key, value }`. */
export interface KeyValue {
  key: string;
  value: string;
}

export const toPairs = (map: Readonly<Record<string, string>> = {}): KeyValue[] =>
  Object.entries(map).map(([key, value]) => ({ key, value }));

export const toRecord = (pairs: readonly KeyValue[] = []): Record<string, string> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));

/** 64-bit numbers come as numbers or as text; the values of metrics also as "NaN", "Infinity" and "-Infinity". */
export const toNumber = (value: number | string): number => (typeof value === "number" ? value : Number(value));

export const toDate = (ms: number | string | undefined): Date | undefined =>
  ms === undefined || toNumber(ms) === 0 ? undefined : new Date(toNumber(ms));
