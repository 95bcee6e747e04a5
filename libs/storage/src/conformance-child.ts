// A process of its own for the suites: it races others for a store, or is killed while it writes.
import { createHash } from "node:crypto";
import { openArtifactStore, openRecordStore, defineCollection } from "./index.js";
import type { ArtifactStoreConfig, RecordStoreConfig } from "./index.js";

const counters = defineCollection<{ count: number; by?: string }>({
  name: "counters",
  indexes: { byCount: ["count"] },
});
const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Bytes that follow from the number, so that whoever finds an object knows what it should be. */
export const patternOf = (number: number, size: number): Uint8Array =>
  Buffer.alloc(size, createHash("sha256").update(String(number)).digest());

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

const jobs: Record<string, (config: never, amount: number) => Promise<void>> = {
  async "count up"(config: RecordStoreConfig, amount) {
    const store = await openRecordStore(config);
    const records = store.records(counters);
    for (let i = 0; i < amount; i++) await records.update("shared", (now) => ({ count: (now?.count ?? 0) + 1 }));
    say("done");
    await store.close();
  },
  async "put if absent"(config: RecordStoreConfig, amount) {
    const store = await openRecordStore(config);
    const records = store.records(counters);
    let created = 0;
    for (let i = 0; i < amount; i++)
      created += Number((await records.putIfAbsent(`k${i}`, { count: i, by: String(process.pid) })).created);
    say(created);
    await store.close();
  },
  async "write records for ever"(config: RecordStoreConfig, start) {
    const records = (await openRecordStore(config)).records(counters);
    for (let i = start; ; i++) {
      await records.putIfAbsent(`k${i}`, { count: i });
      say(i);
    }
  },
  async "write artifacts for ever"(config: ArtifactStoreConfig, start) {
    const store = await openArtifactStore(config);
    for (let i = start; ; i++) {
      const ref = await store.put(pieces(patternOf(i, 3_000_000)), {
        mediaType: "application/octet-stream",
        name: `${i}`,
      });
      say(ref.digest);
    }
  },
  async "put the same artifacts"(config: ArtifactStoreConfig, amount) {
    const store = await openArtifactStore(config);
    for (let i = 0; i < amount; i++)
      await store.put(pieces(patternOf(i, 300_000)), { mediaType: "application/octet-stream", name: `${i}` });
    const named = new TextEncoder().encode(String(process.pid));
    say(await store.putNamed(config.s3?.bucket ?? "exports", "winner", named, "text/plain", { ifAbsent: true }));
    await store.close();
  },
  async "stream megabytes"(config: ArtifactStoreConfig, megabytes) {
    const store = await openArtifactStore(config);
    const block = Buffer.alloc(1 << 20, 7);
    async function* large() {
      for (let i = 0; i < megabytes; i++) yield block;
    }
    const ref = await store.put(large(), { mediaType: "application/octet-stream", name: "large" });
    let read = 0;
    for await (const chunk of await store.stream(ref)) read += chunk.length;
    await store.localPath(ref);
    say({ size: ref.size, read, peak: process.resourceUsage().maxRSS * 1024 });
    await store.close();
  },
};

async function run([job, config, amount]: string[]): Promise<void> {
  await jobs[job!]!(JSON.parse(config!) as never, Number(amount));
}

if (Object.hasOwn(jobs, process.argv[2] ?? ""))
  run(process.argv.slice(2)).catch((error) => {
    console.error(error);
    process.exit(1);
  });
