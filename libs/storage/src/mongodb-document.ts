import type { CollectionDefinition, Versioned } from "./record-store.js";
import { indexId, sortKey } from "./sort-key.js";

/** One document a record. `order` holds one text for each index, by which MongoDB finds, sorts and pages. */
export interface RecordDocument {
  _id: string;
  version: number;
  value: unknown;
  order: Record<string, string>;
}

// Field names that mean something to MongoDB, its drivers or their copies (paths, operators, type marks) are written otherwise.
const ODD = /[.$%\0]|^_bsontype$/;
const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;

function fieldName(name: string): string {
  if (name === "") return "%";
  return ODD.test(name) ? name.replace(/[.$%\0]|^_/g, percent) : name;
}

const nameOfField = (field: string): string =>
  field === "%" ? "" : field.replace(/%([0-9a-f]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [rename(name), renamed(member, rename)]));
}

export const orderOf = <T>({ name, indexes }: CollectionDefinition<T>, key: string, value: unknown) =>
  Object.fromEntries(
    Object.entries(indexes).map(([index, fields]) => [
      indexId(index, fields),
      sortKey(fields, value, key, `collection ${name}, index ${index}`),
    ]),
  );

export const documentOf = <T>(
  definition: CollectionDefinition<T>,
  { key, version, value }: Versioned<T>,
): RecordDocument => ({
  _id: key,
  version,
  value: renamed(value, fieldName),
  order: orderOf(definition, key, value),
});

export const valueOf = (document: Pick<RecordDocument, "value">): unknown => renamed(document.value, nameOfField);

export const recordOf = <T>(document: RecordDocument): Versioned<T> => ({
  key: document._id,
  version: document.version,
  value: valueOf(document) as T,
});
