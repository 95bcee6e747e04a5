import type { Document } from "mongodb";
import type { MongodbSource } from "./database-source.js";
import type { Problems } from "./database-problem.js";
import { filterOf } from "./mongodb-query.js";

export interface WantedChanges {
  readonly watermark: string;
  readonly updates: boolean;
}

/** The collection is not there any more, or another one: the stream has ended. */
export const ENDINGS = ["drop", "rename", "dropDatabase", "invalidate"];

/** Of a collection's changes those that the source's filter lets through, without the documents' other fields. */
export function changesOf(source: MongodbSource, wanted: WantedChanges, problems: Problems): Document[] {
  const filter = aboutDocument(filterOf(source, {}, problems) as Document);
  const kinds = wanted.updates ? ["insert", "update", "replace"] : ["insert"];
  return [
    { $match: { $or: [{ operationType: { $in: kinds }, ...filter }, { operationType: { $in: ENDINGS } }] } },
    { $project: { operationType: 1, [`fullDocument.${wanted.watermark}`]: 1 } },
  ];
}

/** The filter as one about the document of a change; undefined where it can't be said of a change: then all count. */
function aboutDocument(filter: Document): Document | undefined {
  const parts = Object.entries(filter).map(([name, wanted]): Document | undefined => {
    if (!name.startsWith("$")) return { [`fullDocument.${name}`]: wanted as unknown };
    if (!["$and", "$or", "$nor"].includes(name)) return undefined;
    const inner = (wanted as Document[]).map(aboutDocument);
    return inner.every((part) => part !== undefined) ? { [name]: inner } : undefined;
  });
  if (parts.length === 0 || parts.includes(undefined)) return undefined;
  return parts.length === 1 ? parts[0] : { $and: parts };
}
