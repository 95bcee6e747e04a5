import type { Express } from "express";
import type { DeploymentRecord, Lineage, VersionLineage } from "@millrace/contracts";
import {
  generationCollection,
  lineageCollection,
  lineageLinkCollection,
  notFound,
  versionCollection,
  versionKey,
} from "@millrace/service";
import type { RecordStore } from "@millrace/storage";

/** Both ways: from a version to its data, configuration and code; from data or a run to each version that it is in. */
export function lineageRoutes(app: Express, store: RecordStore): void {
  app.get("/lineage/:asked", async (request, response) => {
    response.json(await lineageOf(request.params.asked, store));
  });
}

async function lineageOf(asked: string, store: RecordStore): Promise<Lineage> {
  const named = /^(.+)@(\d+)$/.exec(asked);
  if (named !== null) {
    const found = await versionLineage(named[1]!, Number(named[2]), store);
    if (found === undefined) throw unknown(asked);
    return { asked, kind: "version", versions: [found] };
  }
  const versions = await versionsMadeOf(asked, store);
  if (versions.length === 0) throw unknown(asked);
  return { asked, kind: asked.startsWith("sha256:") ? "digest" : "run", versions };
}

async function versionsMadeOf(of: string, store: RecordStore): Promise<Lineage["versions"]> {
  const { records } = await store
    .records(lineageLinkCollection)
    .query({ index: "byWhat", equals: { of }, order: "desc", limit: 1000 });
  const found: Lineage["versions"] = [];
  for (const { value: link } of records) {
    const version = await versionLineage(link.model, link.version, store);
    if (version !== undefined) found.push({ ...version, role: link.role });
  }
  return found.sort((a, b) => a.model.localeCompare(b.model) || a.version - b.version);
}

async function versionLineage(model: string, version: number, store: RecordStore): Promise<VersionLineage | undefined> {
  const key = versionKey(model, version);
  const known = (await store.records(versionCollection).get(key))?.value;
  if (known === undefined) return undefined;
  const madeOf = (await store.records(lineageCollection).get(key))?.value;
  return {
    ...{ model, version, run: known.run, status: known.status, reason: known.reason },
    ...(madeOf !== undefined && { madeOf }),
    served: served(version, await generationsOf(model, store)),
    predictions: `predictions/model=${model}`,
  };
}

async function generationsOf(model: string, store: RecordStore): Promise<DeploymentRecord[]> {
  const generations = store.records(generationCollection);
  const found: DeploymentRecord[] = [];
  let after: string | undefined;
  do {
    const page = await generations.query({ index: "byModel", equals: { model }, limit: 1000, after });
    found.push(...page.records.map(({ value }) => value));
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** The spans of time in which it was the champion; generations in which only a rollout went on belong together. */
function served(version: number, generations: readonly DeploymentRecord[]): VersionLineage["served"] {
  const spans: VersionLineage["served"] = [];
  for (const [at, { champion, generation, updatedAt }] of generations.entries()) {
    const before = generations[at - 1]?.champion.version;
    if (champion.version === version && before !== version) spans.push({ generation, from: updatedAt });
    if (champion.version !== version && before === version) spans.at(-1)!.to = updatedAt;
  }
  return spans;
}

const unknown = (asked: string) =>
  notFound({
    code: "LINEAGE_UNKNOWN",
    where: asked.slice(0, 100),
    message: "no version is known that was made of this, or that it names.",
    remedy: "Ask for MODEL@VERSION, a run, or a digest of a dataset, a configuration or a package.",
  });
