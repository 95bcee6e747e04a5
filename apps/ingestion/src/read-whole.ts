import type { DataOf, datasetIngested } from "@millrace/contracts";
import type { Staging } from "@millrace/tables";
import type { Means } from "./means.js";
import { largestBefore, readSource, type ReadRequest, type SourceRead } from "./read-source.js";
import { earlier, watermarkColumn, type Watermark } from "./watermark.js";

export interface WholeRead {
  readonly read: SourceRead;
  readonly span?: DataOf<typeof datasetIngested>["span"];
}

/** Reads all rows of the source, or those of its last window: so much before the newest row, whatever the clock says. */
export async function readWhole(request: ReadRequest, staging: Staging, means: Means): Promise<WholeRead> {
  const { spec, given } = request;
  const { read: which, window } = spec.span;
  if (which !== "window") return { read: await readSource(request, staging, means) };
  const column = watermarkColumn(spec)!;
  const newest = given === undefined ? await largestBefore(request, column, means) : undefined;
  const since = newest === undefined ? undefined : { column, after: earlier(newest, window!) };
  const read = await readSource({ ...request, since, watermark: column }, staging, means);
  if (read.since) return { read, span: spanOf(since!.after, read.watermark ?? newest) };
  return { read, span: await dropOld(column, window!, staging) };
}

async function dropOld(column: string, window: string, staging: Staging) {
  const newest = await staging.largest(column);
  if (newest === undefined) return undefined;
  const from = earlier(newest, window);
  if (typeof from === "number") await staging.dropBelow(column, from);
  return spanOf(from, newest);
}

const spanOf = (from: Watermark, to: Watermark | undefined) => ({ from, ...(to !== undefined && { to }) });
