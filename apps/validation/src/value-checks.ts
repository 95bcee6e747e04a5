import { boundOf, type ColumnSchema } from "@millrace/contracts";
import type { FindingCode } from "./finding-codes.js";
import { shapeOf } from "@millrace/drift";

/** The code of what is wrong with a value; undefined where nothing is. */
export type NumberCheck = (value: number) => FindingCode | undefined;
export type TextCheck = (text: string) => FindingCode | undefined;

/** NaN is a missing value and not asked about. */
export function numberCheck(wanted: ColumnSchema): NumberCheck {
  const { type, finite } = wanted;
  const [min, max] = [boundOf(wanted.min, -Infinity), boundOf(wanted.max, Infinity)];
  const whole = type === "integer";
  return (value) => {
    if (!Number.isFinite(value) && finite) return "NOT_FINITE";
    if (type === "boolean") return value === 0 || value === 1 ? undefined : "NOT_BOOLEAN";
    if (!(value >= min && value <= max)) return "OUT_OF_RANGE";
    return whole && !Number.isInteger(value) && Number.isFinite(value) ? "NOT_WHOLE" : undefined;
  };
}

/** Texts in a column of texts, or in one that should hold numbers. */
export const textCheck = (wanted: ColumnSchema): TextCheck =>
  wanted.type === "text" ? ofTexts(wanted) : ofWrittenNumbers(wanted);

function ofTexts({ categories, pattern, shapes }: ColumnSchema): TextCheck {
  const known = categories && new Set(categories);
  const fits = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, "u");
  const shaped = shapes && new Set(shapes);
  return (text) => {
    if (known !== undefined && !known.has(text)) return "CATEGORY_UNKNOWN";
    if (fits !== undefined && !fits.test(text)) return "PATTERN_WRONG";
    return shaped !== undefined && !shaped.has(shapeOf(text)) ? "SHAPE_UNKNOWN" : undefined;
  };
}

function ofWrittenNumbers(wanted: ColumnSchema): TextCheck {
  const check = numberCheck(wanted);
  return (text) => {
    const value = numberIn(wanted, text);
    return value === undefined ? "TYPE_WRONG" : check(value);
  };
}

/** The number that a text stands for: what takes its place where only some texts of a column of numbers are none. */
export function numberIn({ type }: ColumnSchema, text: string): number | undefined {
  const value = type === "date" && !isNumber(text) ? dateIn(text) : type === "boolean" ? booleanIn(text) : +text;
  return text.trim() === "" || Number.isNaN(value) ? undefined : value;
}

const isNumber = (text: string): boolean => text.trim() !== "" && !Number.isNaN(Number(text));
const dateIn = (text: string): number => (/^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN);

function booleanIn(text: string): number {
  const word = text.trim().toLowerCase();
  return word === "true" ? 1 : word === "false" ? 0 : Number(text);
}
