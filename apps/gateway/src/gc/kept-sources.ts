import { listPipelines } from "@millrace/service";
import type { RecordStore } from "@millrace/storage";
import { everyRecord, progressCollection, spanRunCollection, YOUNG, type Progress } from "./gc-collections.js";

interface KeptRuns {
  /** Whether what a run made is kept; `at` is when it was made. */
  run(run: string, at: string): boolean;
}

interface Looking {
  records: RecordStore;
  kept: KeptRuns;
  pipelinesDir: string;
  /** What was read since is kept in any case. */
  since: string;
}

/**
 * Which records of how far a source was read are kept: the newest of each pipeline that there is, because the next run begins
 * where it ends, and those that a kept run read. The rest are of pipelines that were removed, or of sources that a pipeline
 * had before. Where it can't be told which pipelines there are, all are kept.
 */
export async function keptSources({ records, kept, pipelinesDir, since }: Looking): Promise<(key: string) => boolean> {
  const { pipelines, problems } = await listPipelines(pipelinesDir);
  if (pipelines.length === 0 || problems.length > 0) return () => true;
  const names = new Set(pipelines.map(({ spec }) => spec.name));
  const read = await readByKeptRuns(records, kept);
  const newest = new Map<string, string>();
  const gone = new Set<string>();
  for await (const { key, value } of everyRecord(records, progressCollection)) {
    const at = readAt(value);
    if (names.has(value.pipeline) && at >= (newest.get(value.pipeline) ?? "")) newest.set(value.pipeline, at);
    if (at <= since && !read.has(key)) gone.add(key);
  }
  for await (const { key, value } of everyRecord(records, progressCollection))
    if (readAt(value) === newest.get(value.pipeline)) gone.delete(key);
  return (key) => !gone.has(key);
}

const readAt = ({ spans }: Progress): string => spans.reduce((last, { at }) => (at > last ? at : last), "");

/** A run's record of its spans ends as the record of its source does: `<pipeline>/<run>/<source>`, `<pipeline>/<source>`. */
async function readByKeptRuns(records: RecordStore, kept: KeptRuns): Promise<Set<string>> {
  const read = new Set<string>();
  for await (const { key, value } of everyRecord(records, spanRunCollection))
    if (kept.run(value.run, YOUNG)) read.add(`${value.pipeline}/${key.slice(key.lastIndexOf("/") + 1)}`);
  return read;
}
