import type { ColumnSchema } from "@millrace/contracts";

export const plural = { number: "numbers", integer: "whole numbers", boolean: "0 or 1", date: "dates", text: "text" };

export const percent = (share: number): string =>
  `${Number((share * 100).toFixed(share > 0 && share < 0.01 ? 3 : 1))} %`;

export const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(", ");

export const listed = (examples: readonly string[], more: number): string =>
  `${quoted(examples)}${more > 0 ? ` and ${more} more` : ""}`;

/** Dates are milliseconds in the data, and dates where people read. */
export function valueText({ type }: ColumnSchema, text: string): string {
  const value = Number(text);
  return type === "date" && Math.abs(value) <= 8.64e15
    ? new Date(value).toISOString().replace("T00:00:00.000Z", "")
    : text;
}

export const bounds = (wanted: ColumnSchema): string =>
  `${boundText(wanted, wanted.min, "−∞")} to ${boundText(wanted, wanted.max, "∞")}`;

const boundText = (wanted: ColumnSchema, bound: number | string | undefined, none: string): string =>
  bound === undefined ? none : typeof bound === "string" ? bound : valueText(wanted, String(bound));

/** Numbers as people read them: four significant digits. */
export const short = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(4)));
