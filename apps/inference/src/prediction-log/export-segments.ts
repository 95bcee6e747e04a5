import { readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { problemOf, sentenceOf } from "@millrace/contracts";
import { openArtifactStore, type ArtifactStore } from "@millrace/storage";
import { mediaType, partsOf } from "./log-parts.js";
import type { ExportedSegment, ExportJob } from "./log-store.js";
import { rowsIn } from "./row-reader.js";
import { sealedSuffix } from "./segment.js";

/** Brings segments to the artifact store one after the other, and ends at the first that the store does not take. */
export async function* exportSegments({ segments, store }: ExportJob): AsyncGenerator<ExportedSegment> {
  const artifacts = await openArtifactStore(store.artifacts);
  try {
    for (const segment of segments) {
      const outcome = await exportSegment(artifacts, store.bucket, segment);
      yield outcome;
      if (outcome.problem !== undefined) return;
    }
  } finally {
    await artifacts.close();
  }
}

/** The file goes only after all of its parts were taken: whoever does it again writes the same parts over themselves. */
async function exportSegment(artifacts: ArtifactStore, bucket: string, segment: string): Promise<ExportedSegment> {
  const bytes = await readFile(segment).catch(() => undefined);
  if (bytes === undefined) return { segment, rows: 0 };
  let rows = 0;
  try {
    for (const part of partsOf(basename(segment, sealedSuffix), rowsIn(bytes))) {
      await artifacts.putNamed(bucket, part.key, part.bytes, mediaType);
      rows += part.rows;
    }
    await rm(segment, { force: true });
    return { segment, rows };
  } catch (error) {
    // A checksum was right and yet the rows can't be read: set aside, for it must not stop those behind it for ever.
    if (error instanceof RangeError || error instanceof SyntaxError) await rename(segment, unreadable(segment));
    return { segment, rows: 0, problem: sentenceOf(problemOf(error)) };
  }
}

/** Beside the replicas' folders, where nothing is looked for or taken away. */
const unreadable = (segment: string): string => join(dirname(dirname(segment)), `${basename(segment)}.unreadable`);
