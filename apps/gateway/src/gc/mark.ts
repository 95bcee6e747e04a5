import { artifactRef, type ArtifactRef, type Digest } from "@millrace/contracts";
import { memoCollection } from "@millrace/service";
import type { ArtifactStore, RecordStore } from "@millrace/storage";
import { runCollection } from "../run-records.js";
import { alwaysKept, everyRecord, leftByRuns, manifestsIn, progressCollection, YOUNG } from "./gc-collections.js";
import type { Kept } from "./keep.js";

/** JSON artifacts may name others; larger ones than this are tables, which do not. */
const READ_BYTES = 8 << 20;

interface Marking {
  records: RecordStore;
  artifacts: ArtifactStore;
  kept: Kept;
  /** Memo entries that are older refer to nothing. */
  since: string;
}

/** Every artifact that something which is kept refers to, also by way of other artifacts. */
export async function mark({ records, artifacts, kept, since }: Marking): Promise<Set<Digest>> {
  const found = openFindings();
  kept.versions.forEach(found.visit);
  for (const definition of alwaysKept)
    for await (const { value } of everyRecord(records, definition)) found.visit(value);
  for await (const { key, value } of everyRecord(records, progressCollection)) if (kept.source(key)) found.visit(value);
  for (const definition of leftByRuns)
    for await (const { value } of everyRecord(records, definition)) if (kept.run(value.run, YOUNG)) found.visit(value);
  for await (const { value } of everyRecord(records, memoCollection)) if (value.at > since) found.visit(value);
  for await (const { value } of manifestsIn(records)) if (kept.run(value.run, value.finishedAt)) found.visit(value);
  for await (const { value } of everyRecord(records, runCollection))
    if (kept.run(value.run, value.updatedAt)) found.visit(value);
  for (let ref = found.toRead.pop(); ref !== undefined; ref = found.toRead.pop())
    found.visit(await contentOf(ref, artifacts));
  return found.marked;
}

/** The digests in everything that is visited, and the artifacts among them that may name more. */
function openFindings() {
  const marked = new Set<Digest>();
  const readable = new Set<Digest>();
  const toRead: ArtifactRef[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === "string") return void (isDigest(value) && marked.add(value));
    if (typeof value !== "object" || value === null) return;
    const ref = artifactRef.safeParse(value);
    if (ref.success && isReadable(ref.data) && !readable.has(ref.data.digest)) {
      readable.add(ref.data.digest);
      toRead.push(ref.data);
    }
    Object.values(value).forEach(visit);
  };
  return { marked, toRead, visit };
}

/** The digests that a record names. */
export function digestsIn(value: unknown): Set<Digest> {
  const { marked, visit } = openFindings();
  visit(value);
  return marked;
}

const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);
const isReadable = ({ mediaType, size }: ArtifactRef): boolean =>
  /^application\/(.+\+)?json$/.test(mediaType) && size <= READ_BYTES;

/** What is gone or is no JSON names nothing. */
async function contentOf(ref: ArtifactRef, artifacts: ArtifactStore): Promise<unknown> {
  if (!(await artifacts.has(ref))) return undefined;
  const text = Buffer.from(await artifacts.get(ref)).toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
