const kind = (value: unknown): number =>
  value === undefined || value === null
    ? 0
    : value === false
      ? 1
      : value === true
        ? 2
        : typeof value === "number"
          ? 3
          : 4;

function compare(a: unknown, b: unknown): number {
  if (kind(a) !== kind(b)) return kind(a) - kind(b);
  if (typeof a === "number") return a - (b as number);
  return typeof a === "string" ? Buffer.compare(Buffer.from(a), Buffer.from(b as string)) : 0;
}

/** What a query should find, by the plainest means: the first put of each key, filtered and sorted as an array. */
export function sortedKeys<T>(
  model: readonly { key: string; value: T }[],
  fields: readonly (keyof T)[],
  equals: Partial<T>,
  order: "asc" | "desc",
): string[] {
  const unique = [...new Map([...model].reverse().map((record) => [record.key, record])).values()];
  const given = Object.keys(equals) as (keyof T)[];
  const found = unique.filter(({ value }) => given.every((field) => compare(value[field], equals[field]) === 0));
  const by = (a: (typeof found)[0], b: (typeof found)[0]) =>
    fields.map((field) => compare(a.value[field], b.value[field])).find((sign) => sign !== 0) ?? compare(a.key, b.key);
  const keys = found.sort(by).map(({ key }) => key);
  return order === "desc" ? keys.reverse() : keys;
}
