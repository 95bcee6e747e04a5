import type { Operation } from "./operation.js";

const counting = (name: string, count: (text: string) => number): Operation => ({
  takes: ["text"],
  gives: "number",
  compute: ([value]) => {
    return () => {
      const text = value!();
      return typeof text === "string" ? count(text) : NaN;
    };
  },
  onnx: (_graph, _given, { refuse }) => refuse(`ONNX has no operator that counts in a text, as ${name} does`),
});

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Counts in a text: characters (not UTF-16 units), words between spaces, digits. */
export const textCounts = {
  length: characters,
  words: (text: string) => text.match(/\S+/gu)?.length ?? 0,
  digits: (text: string) => text.match(/\p{Nd}/gu)?.length ?? 0,
} satisfies Record<string, (text: string) => number>;

export type TextCount = keyof typeof textCounts;

export const texts: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.entries(textCounts).map(([name, count]) => [name, counting(name, count)]),
);
