import type { Question } from "./database.js";
import type { Problems } from "./database-problem.js";

interface Named {
  readonly name: string;
}

export function doubleColumn(columns: readonly Named[]): string | undefined {
  const seen = new Set<string>();
  return columns.find(({ name }) => seen.size === seen.add(name).size)?.name;
}

/** The column that a question is about, which has to be among those of the query. */
export function watermarkOf(
  { watermark, since, until }: Question,
  columns: readonly Named[],
  problems: Problems,
): string | undefined {
  const names = new Set([watermark, since?.column, until?.column].filter((name) => name !== undefined));
  for (const name of names) {
    if (columns.some((column) => column.name === name)) continue;
    throw problems.unknownColumn(
      name,
      columns.map((column) => column.name),
    );
  }
  if (names.size > 1) throw problems.invalidQuery(`a span has one watermark, not ${[...names].join(" and ")}.`);
  return [...names][0];
}

export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
