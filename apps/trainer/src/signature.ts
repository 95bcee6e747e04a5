import { columnNamed, type Table } from "@millrace/contracts";
import type { FeatureSignature } from "@millrace/learning";

const mostCategories = 100;

/** What the model wants to be asked with: the raw columns, their kinds, and an example from the training rows. */
export const signatureOf = (table: Table, features: readonly string[]): FeatureSignature[] =>
  features.map((name) => {
    const column = columnNamed(table, name)!;
    if (column.kind === "number") {
      const example = column.values.find((value) => !Number.isNaN(value));
      return { name, kind: "number", ...rangeOf(column.values), ...(example !== undefined && { example }) };
    }
    const { dictionary } = column;
    const example = dictionary[column.codes.find((code) => code >= 0) ?? 0];
    const categories = dictionary.length <= mostCategories ? [...dictionary] : undefined;
    return { name, kind: "text", ...(categories && { categories }), ...(example !== undefined && { example }) };
  });

function rangeOf(values: Float64Array): { min?: number; max?: number } {
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.length === 0) return {};
  return { min: present.reduce((a, b) => Math.min(a, b)), max: present.reduce((a, b) => Math.max(a, b)) };
}
