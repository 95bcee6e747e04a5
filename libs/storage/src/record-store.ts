import { ProblemError, type DependencyHealth } from "@millrace/contracts";

/** Compound indexes over top-level fields that are strings, numbers, booleans, null or absent. */
export interface CollectionDefinition<T> {
  name: string;
  indexes: Record<string, readonly (keyof T & string)[]>;
}

/**
 * Versions only grow, also over a removal: a key that was removed and made again never repeats a version, so whoever still
 * holds the old one is refused. They do not start at 1.
 */
export interface Versioned<T> {
  key: string;
  version: number;
  value: T;
}

export interface RecordQuery<T> {
  /** Unset: every record, ordered by key. */
  index?: string;
  /** Values for the first fields of the index. A member that is undefined counts as not given; null also finds absent fields. */
  equals?: Partial<T>;
  order?: "asc" | "desc";
  /** At most 1000; 100 when unset. */
  limit?: number;
  /** `next` of the page before. */
  after?: string;
}

export interface RecordPage<T> {
  records: Versioned<T>[];
  next?: string;
}

export interface Records<T> {
  get(key: string): Promise<Versioned<T> | undefined>;
  putIfAbsent(key: string, value: T): Promise<{ created: boolean; record: Versioned<T> }>;
  /** Undefined: someone else was first. Version 0: the record must not exist. */
  compareAndSet(key: string, value: T, version: number): Promise<Versioned<T> | undefined>;
  /** Reads, changes and compares-and-sets until nobody came between. Undefined from `change` leaves the record as it is. */
  update(key: string, change: (current: T | undefined) => T | undefined): Promise<Versioned<T> | undefined>;
  /** True when this call removed it. */
  remove(key: string, version?: number): Promise<boolean>;
  /** Ordered by the fields of the index that `equals` leaves open, then by key. */
  query(query: RecordQuery<T>): Promise<RecordPage<T>>;
}

export interface RecordStore {
  readonly name: "embedded" | "mongodb";
  records<T>(definition: CollectionDefinition<T>): Records<T>;
  health(): Promise<DependencyHealth>;
  close(): Promise<void>;
}

export interface RecordStoreConfig {
  dir: string;
  /** Unset: the embedded driver. */
  mongoUri?: string;
  clock?: () => Date;
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const MAX_INDEX_FIELDS = 4;

/** Checks the names once, where a collection is defined, so that no driver meets a wrong one. */
export function defineCollection<T>(definition: CollectionDefinition<T>): CollectionDefinition<T> {
  refuseName("collection", definition.name, definition.name);
  for (const [index, fields] of Object.entries(definition.indexes)) {
    refuseName("index", index, definition.name);
    if (fields.length >= 1 && fields.length <= MAX_INDEX_FIELDS && new Set(fields).size === fields.length) continue;
    throw new ProblemError({
      code: "INDEX_INVALID",
      where: `index ${index} of collection ${definition.name}`,
      message: `it names ${fields.length} fields [${fields.join(", ")}].`,
      remedy: `Name 1 to ${MAX_INDEX_FIELDS} different fields.`,
    });
  }
  return definition;
}

function refuseName(what: string, name: string, collection: string): void {
  if (NAME.test(name)) return;
  throw new ProblemError({
    code: "COLLECTION_NAME_INVALID",
    where: `collection ${collection}`,
    message: `"${name}" is no name for a ${what}.`,
    remedy: "Use a letter, then up to 63 letters, digits, _ or -.",
  });
}
