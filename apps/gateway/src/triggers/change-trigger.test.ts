import { randomUUID } from "node:crypto";
import type { Changes, Watching } from "@millrace/tables";
import type { SourceProbe } from "../arrivals/source-probe.js";
import { openFollower, type ChangesSpec, type FollowerParts } from "./change-follower.js";
import { followChanges } from "./change-trigger.js";
import { pipelineFile, triggersForTest, type TriggersForTest } from "./triggers-for-test.js";

const trigger: ChangesSpec = { changes: true, every: "1m" };
const source = { kind: "mongodb", url: "${SHOP_URL}", database: "shop", collection: "visits", filter: {} };
const file = pipelineFile({ source, triggers: [trigger] });

/** A collection as its change stream tells of it: documents are numbered, and their number is the token. */
function collectionForTest() {
  const added: number[] = [];
  const asked: (string | undefined)[] = [];
  let refusal: Error | undefined;
  let has = true;
  let open = 0;
  async function watch(_file: unknown, after?: string): Promise<Watching | false> {
    asked.push(after);
    if (refusal) throw refusal;
    if (!has) return false;
    let at = after === undefined ? added.length : Number(after);
    open++;
    return {
      async take(): Promise<Changes | undefined> {
        await new Promise((resolve) => setTimeout(resolve, 2));
        const watermarks = added.slice(at);
        at += watermarks.length;
        return { count: watermarks.length, watermarks, token: String(at) };
      },
      close: async () => void open--,
    };
  }
  return {
    ...{ asked, watch },
    add: (count: number) => added.push(...Array.from({ length: count }, (_, n) => added.length + n + 1)),
    largest: async () => added.at(-1),
    refuse: (error?: Error) => void (refusal = error),
    hasStreams: (is: boolean) => void (has = is),
    isOpen: () => open > 0,
  };
}

async function until(what: string, is: () => boolean): Promise<void> {
  for (const end = Date.now() + 5_000; !is();) {
    if (Date.now() > end) throw new Error(`${what} did not come about within 5 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("changes of a collection", () => {
  let test: TriggersForTest;
  let collection: ReturnType<typeof collectionForTest>;
  let said: string[];
  const started: { stop(): Promise<void> }[] = [];
  beforeEach(async () => {
    test = await triggersForTest();
    collection = collectionForTest();
    said = [];
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.stop()));
    await test.close();
  });
  const log = { info: (text: string) => said.push(text), warn: (text: string) => said.push(text) };
  const partsOf = (more: Partial<FollowerParts> = {}) =>
    ({ ...test, log, probe: collection as unknown as SourceProbe, ...more }) as unknown as FollowerParts;
  const start = (more: Partial<FollowerParts> = {}) => {
    const changes = followChanges({
      ...partsOf(more),
      pipelines: async () => ({ pipelines: [file], problems: [] }),
      everyMs: 5,
    });
    started.push(changes);
    return changes;
  };
  const runs = (count: number) => until(`run ${count}`, () => test.begun.length >= count);
  /** As long as something that does not come would take to come. */
  const settle = () =>
    until(
      "the next look",
      (
        (asked) => () =>
          collection.asked.length > asked
      )(collection.asked.length),
    );
  const openStream = () => until("the stream", () => collection.isOpen());

  it("begin a run for each burst, and the first time one for what is there", async () => {
    collection.add(3);
    start();
    await runs(1);
    collection.add(100);
    await runs(2);
    collection.add(1);
    await runs(3);
    expect(test.begun.map(({ reason }) => reason)).toEqual(["watermark", "changes", "changes"]);
  });

  it("are not lost while no gateway runs, and begin no second run for what has begun one", async () => {
    const first = start();
    await openStream();
    collection.add(1);
    await runs(1);
    await first.stop();
    start();
    await openStream();
    expect(test.begun).toHaveLength(1);
    await started[1]!.stop();
    collection.add(5);
    start();
    await runs(2);
    expect(test.begun.map(({ reason }) => reason)).toEqual(["changes", "changes"]);
    expect(collection.asked).toEqual([undefined, "1", "1"]);
  });

  it.each([1, 2])("begin one run when the gateway dies at the %d. step of beginning it", async (deadly) => {
    let steps = 0;
    const dying = async <T>(act: () => Promise<T>): Promise<T> => {
      if (++steps >= deadly) throw new Error("killed");
      return act();
    };
    let begins = false;
    const states = {
      ...test.states,
      update: (...given: Parameters<typeof test.states.update>) =>
        begins ? dying(() => test.states.update(...given)) : test.states.update(...given),
    };
    const begin: FollowerParts["begin"] = (...given) => {
      begins = true;
      return dying(() => test.begin(...given));
    };
    const first = start({ states, begin });
    await openStream();
    collection.add(2);
    await until("the death", () => steps >= deadly);
    await first.stop();
    test.at("2026-01-01T00:01:00Z");
    start();
    await runs(1);
    await until("the token", () => collection.asked.at(-1) === "2");
    expect(test.begun).toHaveLength(1);
  });

  it("are followed by one gateway of several, and by another when it leaves or dies", async () => {
    const first = start();
    await openStream();
    const second = start();
    for (let burst = 1; burst <= 5; burst++) {
      collection.add(10);
      await runs(burst);
    }
    expect(collection.asked).toEqual([undefined]);
    await first.stop();
    await until("the second one", () => collection.asked.length === 2);
    collection.add(1);
    await runs(6);
    expect(test.begun).toHaveLength(6);
    await second.stop();
  });

  it("are taken by whoever has the lease: a gateway that lost it begins nothing", async () => {
    const off = new AbortController();
    const asleep = openFollower(file, trigger, partsOf({ me: "asleep", soundOnce: () => undefined }));
    const following = asleep.follow(off.signal);
    await openStream();
    test.at("2026-01-01T00:01:00Z");
    await test.states.update((await keys())[0]!, (now) => ({ ...now!, follower: "other", followedUntil: "2027" }));
    collection.add(1);
    await following;
    expect(test.begun).toEqual([]);
  });
  const keys = async () => (await test.states.query({ limit: 9 })).records.map(({ key }) => key);

  it("are asked for by the watermark where the server has no stream, which is said once", async () => {
    collection.hasStreams(false);
    collection.add(1);
    start();
    await runs(1);
    collection.add(1);
    for (const minute of [1, 2, 3]) {
      test.at(`2026-01-01T00:0${minute}:00Z`);
      await settle();
    }
    await runs(2);
    expect(test.begun.map(({ reason }) => reason)).toEqual(["watermark", "watermark"]);
    expect(said.filter((text) => text.includes("no change stream"))).toHaveLength(1);
  });

  it("are looked for by the watermark when the server has forgotten them, and followed from then on", async () => {
    const first = start();
    await openStream();
    collection.add(1);
    await runs(1);
    await first.stop();
    collection.add(1);
    collection.refuse(Object.assign(new Error("lost"), { code: "SOURCE_CHANGES_LOST" }));
    start();
    await until("a question", () => collection.asked.at(-1) === "1");
    await until("a fresh one", () => collection.asked.at(-1) === undefined);
    collection.refuse();
    await runs(2);
    collection.add(1);
    await runs(3);
    expect(test.begun.map(({ reason }) => reason)).toEqual(["changes", "watermark", "changes"]);
  });

  it("are followed again after an outage, which is said once", async () => {
    collection.refuse(new Error(`away ${randomUUID()}`));
    start();
    await until("some questions", () => collection.asked.length > 3);
    collection.refuse();
    await openStream();
    collection.add(1);
    await runs(1);
    expect(said.filter((text) => text.includes("could not be followed"))).toHaveLength(1);
  });
});
