import type { LoadedModel } from "@millrace/learning";

export type Feature = LoadedModel["features"][number];
export type Sent = Readonly<Record<string, string>>;

/** What a field is called in the form: no name of a column can be mistaken for something else. */
export const fieldOf = (index: number): string => `f${index}`;

/** A row by name; an empty field is a missing value, and what is no number is left for the model to refuse. */
export const featuresOf = (features: readonly Feature[], sent: Sent): Record<string, string | number | null> =>
  Object.fromEntries(
    features.map((feature, index) => [feature.name, cellOf(feature, (sent[fieldOf(index)] ?? "").trim())]),
  );

function cellOf({ kind }: Feature, text: string): string | number | null {
  if (text === "") return null;
  if (kind === "text") return text;
  const value = Number(text.replace(/^(-?\d+),(\d+)$/, "$1.$2"));
  return Number.isFinite(value) ? value : text;
}

/** What is wrong, by the names of the features. */
export function wrongFields(problems: readonly { readonly pointer: string; readonly message: string }[]) {
  const nameOf = (pointer: string) => pointer.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");
  return new Map(problems.map(({ pointer, message }) => [nameOf(pointer), message]));
}
