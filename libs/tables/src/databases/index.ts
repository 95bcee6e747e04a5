export { describeDatabase } from "./describe-database.js";
export { countRows, largestOf, readDatabase } from "./read-database.js";
export type {
  DatabaseRead,
  DatabaseSource,
  MongodbSource,
  Patience,
  ReadDatabaseOptions,
  Since,
  SqlSource,
  Until,
  Watermark,
} from "./database-source.js";
export { watchChanges, type Changes, type Watching, type WatchOptions } from "./watch-changes.js";
