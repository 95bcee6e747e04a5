import type { MongodbSource } from "./database-source.js";
import type { Watching, WatchOptions } from "./watch-collection.js";

export type { Changes, Watching, WatchOptions } from "./watch-collection.js";

/** Follows what is added to a collection; false where the server has no change streams. The driver is loaded now. */
export async function watchChanges(source: MongodbSource, options: WatchOptions = {}): Promise<Watching | false> {
  return (await import("./watch-collection.js")).watchCollection(source, options);
}
