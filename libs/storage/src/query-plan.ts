import { ProblemError } from "@millrace/contracts";
import type { CollectionDefinition, RecordQuery } from "./record-store.js";
import { afterPrefix, sortPrefix } from "./sort-key.js";

/** A query as a range of sort keys (without an index: of keys), both ends excluded, walked down when `desc`. */
export interface QueryPlan {
  index: string | undefined;
  fields: readonly string[];
  above: string;
  below: string;
  desc: boolean;
  limit: number;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const BEYOND_KEYS = "\u{10ffff}";

export function planOf<T>(collection: CollectionDefinition<T>, query: RecordQuery<T>): QueryPlan {
  const fields = fieldsOf(collection, query);
  const above = sortPrefix(givenValues(collection, query, fields), `collection ${collection.name}, equals`);
  const below = query.index === undefined ? BEYOND_KEYS : afterPrefix(above);
  const desc = query.order === "desc";
  const plan = { index: query.index, fields, above, below, desc, limit: limitOf(query) };
  if (query.after === undefined) return plan;
  const last = positionOf(query.after, plan);
  return desc ? { ...plan, below: last } : { ...plan, above: last };
}

function fieldsOf<T>({ name, indexes }: CollectionDefinition<T>, query: RecordQuery<T>): readonly string[] {
  if (query.index === undefined) return [];
  const fields = Object.hasOwn(indexes, query.index) ? indexes[query.index] : undefined;
  if (fields) return fields;
  throw invalid(name, `it has no index ${query.index}.`, `It has: ${Object.keys(indexes).join(", ") || "none"}.`);
}

function givenValues<T>(
  { name }: CollectionDefinition<T>,
  query: RecordQuery<T>,
  fields: readonly string[],
): unknown[] {
  const given = Object.entries(query.equals ?? {}).filter(([, value]) => value !== undefined);
  const equals = new Map<string, unknown>(given);
  const prefix = fields.slice(0, equals.size);
  if (prefix.length === equals.size && prefix.every((field) => equals.has(field)))
    return prefix.map((field) => equals.get(field));
  throw invalid(
    name,
    `equals names [${[...equals.keys()].join(", ")}], which is no beginning of [${fields.join(", ")}].`,
    "Name the first fields of the query's index, or define another index.",
  );
}

const limitOf = ({ limit = DEFAULT_LIMIT }: { limit?: number }): number =>
  Math.min(MAX_LIMIT, Math.max(1, Math.floor(limit) || 1));

const invalid = (collection: string, message: string, remedy: string): ProblemError =>
  new ProblemError({ code: "QUERY_INVALID", where: `collection ${collection}`, message, remedy });

/** A cursor is the place of the last record in the order, so records that come or go meanwhile shift nothing. */
export const cursorOf = (plan: QueryPlan, position: string): string =>
  Buffer.from(JSON.stringify([plan.index ?? "", plan.desc ? 1 : 0, position])).toString("base64url");

function positionOf(cursor: string, plan: QueryPlan): string {
  const [index, desc, position] = readCursor(cursor);
  const mine = index === (plan.index ?? "") && desc === (plan.desc ? 1 : 0) && typeof position === "string";
  if (mine && position.startsWith(plan.above)) return position;
  throw new ProblemError({
    code: "CURSOR_INVALID",
    message: "the cursor belongs to another query, or was cut.",
    remedy: "Pass `next` of a page on to the same query, or begin at the first page.",
  });
}

function readCursor(cursor: string): unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}
