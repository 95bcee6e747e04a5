import type {
  DataOf,
  Digest,
  LineageLink,
  LineageRecord,
  modelApproved,
  ModelVersionRecord,
} from "@millrace/contracts";
import {
  codeRevision,
  lineageCollection,
  lineageLinkCollection,
  versionKey,
  type StepContext,
} from "@millrace/service";
import { defineCollection } from "@millrace/storage";

/** A model that was made elsewhere has learned from no data here; rows and configuration that judged it are known. */
export type Origin = Partial<Pick<DataOf<typeof modelApproved>, "spec" | "dataset" | "imported">>;

interface Span {
  run: string;
  rows: number;
  artifact: { digest: Digest };
  digest?: string;
}

/** What ingestion wrote of the spans that a run's dataset is made of. */
const spanRunCollection = defineCollection<{ pipeline: string; run: string; own: Span; kept: readonly Span[] }>({
  name: "span-runs",
  indexes: { byPipeline: ["pipeline"] },
});

type Context = Pick<StepContext, "records"> & { environment?: StepContext["environment"] };

/** Writes down what a version was made of, and from each part of it the way to the version. Doing it again changes nothing. */
export async function recordLineage(version: ModelVersionRecord, origin: Origin, context: Context): Promise<void> {
  const { records, environment } = context;
  const spans = await spansOf(version, records);
  const code = codeRevision(environment ?? {});
  await records
    .records(lineageCollection)
    .putIfAbsent(versionKey(version.model, version.version), recordOf(version, origin, spans, code));
  const links = records.records(lineageLinkCollection);
  const put = (link: LineageLink) => links.putIfAbsent(`${link.of}/${versionKey(link.model, link.version)}`, link);
  await Promise.all(linksOf(version, origin, spans).map(put));
}

async function spansOf({ model, run }: ModelVersionRecord, records: StepContext["records"]): Promise<Span[]> {
  const spans = records.records(spanRunCollection);
  let after: string | undefined;
  do {
    const page = await spans.query({
      index: "byPipeline",
      equals: { pipeline: model },
      order: "desc",
      limit: 1000,
      after,
    });
    const mine = page.records.find(({ value }) => value.run === run);
    if (mine !== undefined) return [...mine.value.kept, mine.value.own];
    after = page.next;
  } while (after !== undefined);
  return [];
}

function recordOf(
  { model, version, run, createdAt: at, packageDigest }: ModelVersionRecord,
  { spec, dataset, imported }: Origin,
  spans: readonly Span[],
  code: string,
): LineageRecord {
  const made = { model, version, run, at, code, package: packageDigest as Digest };
  if (dataset === undefined) return made;
  if (imported !== undefined) return { ...made, test: dataset.test.digest, ...(spec && { spec: spec.digest }) };
  const { source, span, rows, train, test } = dataset;
  return {
    ...{ ...made, rows, train: train.digest, test: test.digest },
    source: { location: source.location, ...(source.digest !== undefined && { digest: source.digest }) },
    ...(spec !== undefined && { spec: spec.digest }),
    ...(span !== undefined && { span: { from: span.from, to: span.to, rows: span.rows, spans: span.spans } }),
    ...(spans.length > 0 && {
      spans: spans.map((one) => ({ run: one.run, digest: one.artifact.digest, rows: one.rows })),
    }),
  };
}

function linksOf(
  { model, version, run, packageDigest }: ModelVersionRecord,
  { spec, dataset, imported }: Origin,
  spans: readonly Span[],
): LineageLink[] {
  const learned = imported === undefined ? dataset : undefined;
  const parts: [string | undefined, LineageLink["role"]][] = [
    [packageDigest, "package"],
    [spec?.digest, "configuration"],
    [learned?.source.digest, "source"],
    [learned?.train.digest, "rows"],
    [dataset?.test.digest, "rows"],
    [run, "run"],
    ...spans.flatMap((span): [string | undefined, LineageLink["role"]][] => [
      [span.artifact.digest, "span"],
      [span.digest, "source"],
      [span.run, "span"],
    ]),
  ];
  const known = new Map(parts.filter((part): part is [string, LineageLink["role"]] => part[0] !== undefined).reverse());
  return [...known].map(([of, role]) => ({ of, role, model, version, run }));
}
