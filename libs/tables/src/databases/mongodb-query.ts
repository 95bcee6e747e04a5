import { BSON, type Document, type Filter } from "mongodb";
import type { MongodbSource, Since, Until, Watermark } from "./database-source.js";
import type { Problems } from "./database-problem.js";

const { EJSON, Long, ObjectId } = BSON;

/** The filter of pipeline.yaml, where { $oid: … } and { $date: … } stand for what YAML has no form for, and the bounds. */
export function filterOf(
  source: MongodbSource,
  bounds: { readonly since?: Since; readonly until?: Until },
  problems: Problems,
): Filter<Document> {
  const code = codeIn(source.filter);
  if (code) throw problems.invalidQuery(`the filter has ${code}, which runs code on the server.`);
  const { since, until } = bounds;
  const parts = [
    EJSON.deserialize(source.filter as Document) as Filter<Document>,
    ...(since ? [beyond(since.column, "$gt", since.after)] : []),
    ...(until ? [beyond(until.column, "$lte", until.upTo)] : []),
  ].filter((part) => Object.keys(part).length > 0);
  return parts.length > 1 ? { $and: parts } : (parts[0] ?? {});
}

/** MongoDB compares values of one type only, so the bound is written as each type that it may have come from. */
const beyond = (column: string, sign: "$gt" | "$lte", bound: Watermark): Filter<Document> => ({
  $or: typesOf(bound).map((value) => ({ [column]: { [sign]: value } })),
});

function typesOf(bound: Watermark): unknown[] {
  if (typeof bound === "number") return [bound, new Date(Math.floor(bound))];
  if (/^[0-9a-f]{24}$/i.test(bound)) return [bound, new ObjectId(bound)];
  return /^-?\d{16,19}$/.test(bound) ? [bound, Long.fromString(bound)] : [bound];
}

function codeIn(filter: unknown): string | undefined {
  if (typeof filter !== "object" || filter === null) return undefined;
  for (const [name, value] of Object.entries(filter)) {
    const code = ["$where", "$function", "$accumulator"].includes(name) ? name : codeIn(value);
    if (code) return code;
  }
  return undefined;
}

export interface Projected {
  readonly projection: Document | undefined;
  /** The watermark is read, though the projection leaves it out: it is no column then. */
  readonly hidden: boolean;
}

/** The projection, widened by the watermark where it leaves it out. */
export function projectionWith(column: string, projection: Document | undefined): Projected {
  if (!projection || Object.keys(projection).length === 0) return { projection: undefined, hidden: false };
  const { _id: id, ...others } = projection;
  const includes = Object.values(others).some((value) => value !== 0 && value !== false);
  if (column === "_id")
    return id === 0 || id === false ? { projection: others, hidden: true } : { projection, hidden: false };
  const parents = column.split(".").map((_, index, parts) => parts.slice(0, index + 1).join("."));
  if (includes) {
    const named = parents.some((path) => path in others);
    return named ? { projection, hidden: false } : { projection: { ...projection, [column]: 1 }, hidden: true };
  }
  if (!parents.some((path) => path in others)) return { projection, hidden: false };
  const kept = Object.fromEntries(Object.entries(projection).filter(([path]) => path !== column));
  return { projection: kept, hidden: true };
}

/** A value of a document as a watermark; undefined for what has no order here. */
export function watermarkValue(value: unknown): Watermark | undefined {
  if (typeof value === "number" || typeof value === "string") return value;
  if (value instanceof Date) return value.getTime();
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Long) return value.toString();
  return value instanceof BSON.Decimal128 ? Number(value.toString()) : undefined;
}
