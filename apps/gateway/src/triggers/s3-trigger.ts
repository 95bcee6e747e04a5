import { shortDigestOf, type TriggerSpec } from "@millrace/contracts";
import type { PipelineFile } from "@millrace/service";
import type { ListedObject } from "@millrace/storage";
import { isData } from "../arrivals/source-files.js";
import { contentOf, placeOfUrl, type SourceProbe } from "../arrivals/source-probe.js";
import { SUCCESS } from "./landing.js";
import { stateKey, type Begin, type TriggerStates } from "./trigger-state.js";

export type S3Spec = Extract<TriggerSpec, { s3: string }>;

export interface S3TriggerParts {
  states: TriggerStates;
  probe: Pick<SourceProbe, "list">;
  begin: Begin;
}

/** A prefix in which objects and `_SUCCESS` lie. */
export interface ObjectLanding {
  /** Ends in a slash, or is the whole bucket. */
  prefix: string;
  objects: ListedObject[];
  markedAt: Date;
}

/** Begins a run for each prefix whose objects are complete, as `_SUCCESS` says, and which was not taken before. */
export async function lookAtPrefix(file: PipelineFile, trigger: S3Spec, parts: S3TriggerParts): Promise<void> {
  const { bucket, key } = placeOfUrl(trigger.s3)!;
  for (const landing of landingsAmong(await parts.probe.list(bucket, key)))
    await takeLanding(file, bucket, landing, parts);
}

/** Each object belongs to the nearest prefix above it that has a marker. The prefix that was marked last comes last. */
export function landingsAmong(objects: readonly ListedObject[]): ObjectLanding[] {
  const markers = objects.filter(({ key }) => nameOf(key) === SUCCESS);
  const landings = new Map(
    markers.map(({ key, modifiedAt }): [string, ObjectLanding] => {
      const prefix = folderOf(key);
      return [prefix, { prefix, objects: [], markedAt: modifiedAt }];
    }),
  );
  for (const object of objects) {
    if (isData(nameOf(object.key))) nearest(object.key, landings)?.objects.push(object);
  }
  return [...landings.values()].filter(isComplete).sort((a, b) => a.markedAt.getTime() - b.markedAt.getTime());
}

/** Objects that came after the marker are still being replaced. */
const isComplete = ({ objects, markedAt }: ObjectLanding): boolean =>
  objects.length > 0 && objects.every(({ modifiedAt }) => modifiedAt <= markedAt);

function nearest(key: string, landings: ReadonlyMap<string, ObjectLanding>): ObjectLanding | undefined {
  for (let folder = folderOf(key); ; folder = folderOf(folder.slice(0, -1))) {
    const landing = landings.get(folder);
    if (landing !== undefined || folder === "") return landing;
  }
}

export const nameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
export const folderOf = (key: string): string => key.slice(0, key.lastIndexOf("/") + 1);

/** The run is written down before the landing is: dying in between begins the same run, which is known by then. */
export async function takeLanding(
  file: PipelineFile,
  bucket: string,
  { prefix, objects }: ObjectLanding,
  { states, begin }: S3TriggerParts,
) {
  const pipeline = file.spec.name;
  const place = `s3://${bucket}/${prefix}`;
  const content = contentOf(objects);
  const key = stateKey(file, { landing: place });
  if ((await states.get(key))?.value.content === content) return undefined;
  const source = sourceFor(file, bucket, place, objects);
  const id = shortDigestOf({ pipeline, place, content });
  const accepted = await begin(file, { reason: "s3", id, ...(source !== undefined && { source }) });
  await states.update(key, (current) => ({ ...current, pipeline, content, run: accepted.run }));
  return accepted;
}

/** What landed, unless the pipeline reads the place by itself or joins several tables. */
function sourceFor({ spec }: PipelineFile, bucket: string, place: string, objects: readonly ListedObject[]) {
  const { source } = spec;
  if ("tables" in source) return undefined;
  if (source.kind === "s3" && objects.every(({ key }) => `s3://${bucket}/${key}`.startsWith(source.url)))
    return undefined;
  return objects.length === 1 ? `s3://${bucket}/${objects[0]!.key}` : place;
}
