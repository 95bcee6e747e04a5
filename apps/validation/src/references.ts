import type { ArtifactRef } from "@millrace/contracts";
import { deploymentCollection, versionCollection, versionKey, type StepContext } from "@millrace/service";
import { defineCollection, type RecordStore } from "@millrace/storage";

/** What is kept of a dataset when its rows are long gone. */
export interface ProfileRecord {
  readonly pipeline: string;
  readonly run: string;
  /** The digest of the training rows. */
  readonly train: string;
  readonly profile: ArtifactRef;
  readonly rows: number;
}

/** The profile of each validated dataset, keyed by run; a model's version names its run, a package its training digest. */
export const profileCollection = defineCollection<ProfileRecord>({
  name: "profiles",
  indexes: { byTrain: ["train"], byPipeline: ["pipeline"] },
});

/** What a model is asked in production: written by the monitor, keyed by pipeline. */
export const servingProfileCollection = defineCollection<ServingProfileRecord>({
  name: "serving-profiles",
  indexes: {},
});

export interface ServingProfileRecord {
  readonly pipeline: string;
  readonly profile: ArtifactRef;
  readonly rows: number;
}

/** What a dataset is held against, settled once a run: doing the step again compares with the same. */
export interface References {
  readonly pipeline: string;
  readonly run: string;
  readonly begunAt: string;
  readonly previous?: ProfileRecord;
  readonly champion?: { readonly version: number; readonly profile?: ProfileRecord };
  readonly serving?: ServingProfileRecord;
}

const referenceCollection = defineCollection<References>({ name: "validation-references", indexes: {} });

/** The last validated dataset of each pipeline, keyed by pipeline. */
const latestCollection = defineCollection<ProfileRecord & { begunAt: string }>({
  name: "latest-profiles",
  indexes: {},
});

type Context = Pick<StepContext, "run" | "records" | "clock">;

/** What there was when the run's validation began for the first time. */
export async function settleReferences(pipeline: string, train: string, context: Context): Promise<References> {
  const { run, records, clock } = context;
  const references = records.records(referenceCollection);
  const key = `${run}/${train}`;
  const known = await references.get(key);
  if (known !== undefined) return known.value;
  const previous = (await records.records(latestCollection).get(pipeline))?.value;
  const champion = await championOf(pipeline, records);
  const serving = (await records.records(servingProfileCollection).get(pipeline))?.value;
  const found: References = {
    ...{ pipeline, run, begunAt: clock().toISOString() },
    ...(previous !== undefined && { previous: recordOnly(previous) }),
    ...(champion !== undefined && { champion }),
    ...(serving !== undefined && { serving }),
  };
  return (await references.putIfAbsent(key, found)).record.value;
}

const recordOnly = ({ pipeline, run, train, profile, rows }: ProfileRecord): ProfileRecord => ({
  ...{ pipeline, run, train, profile, rows },
});

async function championOf(pipeline: string, store: RecordStore): Promise<References["champion"]> {
  const version = (await store.records(deploymentCollection).get(pipeline))?.value.champion.version;
  if (version === undefined) return undefined;
  const model = (await store.records(versionCollection).get(versionKey(pipeline, version)))?.value;
  const profile = model && (await store.records(profileCollection).get(model.run))?.value;
  return { version, ...(profile !== undefined && { profile }) };
}

/** The dataset was validated: the next one is held against it, and so is what a model of it is asked. */
export async function rememberProfile(
  record: ProfileRecord,
  { begunAt }: References,
  store: RecordStore,
): Promise<void> {
  await store.records(profileCollection).putIfAbsent(record.run, record);
  await store
    .records(latestCollection)
    .update(record.pipeline, (current) =>
      current !== undefined && current.begunAt >= begunAt ? undefined : { ...record, begunAt },
    );
}
