import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runOf, type CloudEvent, type RunRecord } from "@millrace/contracts";
import { openLog } from "@millrace/service";
import { openRecordStore, type RecordStore } from "@millrace/storage";
import { beginRun } from "../begin-run.js";
import { fixtures as say } from "../flow-fixtures.js";
import { eventually, writePipeline } from "../gateway-for-test.js";
import { openLedger } from "../ledger.js";
import { openRuns, type Runs } from "../run-records.js";
import { openArrivals, type Arrivals } from "./arrivals.js";

describe("arrivals of a pipeline", () => {
  let root: string;
  let store: RecordStore;
  let runs: Runs;
  let now: Date;
  let published: CloudEvent[];
  let open: Arrivals[];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "millrace-arrivals-"));
    store = await openRecordStore({ dir: root });
    runs = openRuns(store);
    [now, published, open] = [new Date(Date.UTC(2026, 0, 1)), [], []];
  });
  afterEach(async () => {
    await Promise.all(open.map((each) => each.stop()));
    await store.close();
    await rm(root, { recursive: true });
  });

  /** One of several gateways on the store; `failing` makes it end at its n-th write or publish, as kill -9 would. */
  function gatewayOn(records: RecordStore = store, crash: () => void = () => {}) {
    const clock = () => now;
    const pages = openRuns(records);
    const parts = { live: { changed: () => {} }, metrics: { reached: () => {} }, clock };
    const ledger = openLedger({ runs: pages, ...parts, ended: ({ pipeline }) => void arrivals.advance(pipeline) });
    const bus = {
      publish: async (event: CloudEvent) => {
        crash();
        published.push(event);
      },
    };
    const log = openLog({ LOG_LEVEL: "error" }, { service: "test" });
    const pipelinesDir = join(root, "pipelines");
    const arrivals = openArrivals({ records, runs: pages, ledger, bus, pipelinesDir, clock, log });
    open.push(arrivals);
    const means = { bus, runs: pages, ledger, arrivals, pipelinesDir };
    return { arrivals, ledger, arrive: (id: string) => beginRun(eventOf(id), means) };
  }

  const eventOf = (id: string): CloudEvent => ({
    ...{ specversion: "1.0", id, source: "/test", type: "data.arrived", pipeline: "churn", time: now.toISOString() },
    data: { pipeline: "churn", source: `/${id}.csv` },
  });
  const runNamed = (id: string) => runOf(eventOf(id));
  const pageOf = async (id: string): Promise<RunRecord> => (await runs.get(runNamed(id)))!.value;
  const statuses = async (...ids: string[]) => Promise.all(ids.map(async (id) => (await pageOf(id)).status));
  const begun = () => published.map(({ run }) => run);
  const end = async (id: string, { ledger, arrivals }: ReturnType<typeof gatewayOn>) => {
    await ledger.note(say.datasetRejected(runNamed(id)));
    await arrivals.advance("churn");
  };

  it("begin one run of a burst of 100 and then the newest of them", async () => {
    await writePipeline(root, "churn");
    const gateway = gatewayOn();
    const ids = Array.from({ length: 100 }, (_, number) => `day-${number}`);
    const accepted = await Promise.all(ids.map(gateway.arrive));
    expect(accepted.map(({ run }) => run)).toEqual(ids.map(runNamed));
    expect(begun()).toEqual([runNamed("day-0")]);
    expect(await statuses("day-0", "day-1", "day-98", "day-99")).toEqual([
      ...["running", "superseded", "superseded", "waiting"],
    ]);
    expect((await pageOf("day-99")).summary).toBe(`waits for ${runNamed("day-0")} to end`);
    expect((await pageOf("day-98")).summary).toContain(`${runNamed("day-99")} took its place`);
    await end("day-0", gateway);
    expect(begun()).toEqual([runNamed("day-0"), runNamed("day-99")]);
    expect(await statuses("day-0", "day-99")).toEqual(["rejected", "running"]);
  });

  it("make one run of a burst that is debounced, the newest", async () => {
    await writePipeline(root, "churn", "arrivals: { debounce: 30s }");
    const gateway = gatewayOn();
    for (let number = 0; number < 100; number++) await gateway.arrive(`day-${number}`);
    now = new Date(now.getTime() + 29_000);
    await gateway.arrivals.look();
    expect(begun()).toEqual([]);
    now = new Date(now.getTime() + 1_000);
    await gateway.arrivals.look();
    expect(begun()).toEqual([runNamed("day-99")]);
    const superseded = await runs.query({ index: "byStatus", equals: { status: "superseded" }, limit: 1000 });
    expect(superseded.records).toHaveLength(99);
  });

  it("begin one run over several gateways", async () => {
    await writePipeline(root, "churn");
    const gateways = [gatewayOn(), gatewayOn(), gatewayOn()];
    const ids = Array.from({ length: 30 }, (_, number) => `day-${number}`);
    await Promise.all(ids.map((id, number) => gateways[number % 3]!.arrive(id)));
    expect(begun()).toHaveLength(1);
    const count = async (status: RunRecord["status"]) =>
      (await runs.query({ index: "byStatus", equals: { status }, limit: 1000 })).records.length;
    expect(await Promise.all([count("running"), count("waiting"), count("superseded")])).toEqual([1, 1, 28]);
  });

  it("are known when they come again, whether they wait, run or were displaced", async () => {
    await writePipeline(root, "churn");
    const [one, two] = [gatewayOn(), gatewayOn()];
    for (const id of ["a", "b", "c"]) await one.arrive(id);
    for (const id of ["a", "b", "c"])
      expect(await two.arrive(id)).toMatchObject({ run: runNamed(id), duplicate: true });
    expect(await statuses("a", "b", "c")).toEqual(["running", "superseded", "waiting"]);
    const answers = await Promise.all([one.arrive("d"), two.arrive("d"), one.arrive("d"), two.arrive("d")]);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  });

  it("leave a rollback and other events alone", async () => {
    await writePipeline(root, "churn");
    const gateway = gatewayOn();
    await gateway.arrive("a");
    const { ledger, arrivals } = gateway;
    const bus = { publish: async (event: CloudEvent) => void published.push(event) };
    const wish = {
      ...eventOf("back"),
      type: "rollback.requested",
      data: { model: "churn", generation: 1, reason: "x" },
    };
    await beginRun(wish, { bus, runs, ledger, arrivals, pipelinesDir: "" });
    expect(begun()).toEqual([runNamed("a"), runOf(wish)]);
  });

  it("lose nothing when the gateway is killed at any write or publish", async () => {
    await writePipeline(root, "churn");
    let crossings = Infinity;
    for (let crash = 1; crash < crossings; crash++) {
      const dir = join(root, `crash-${crash}`);
      let crossed = 0;
      const dying = await openRecordStore({ dir });
      [runs, published] = [openRuns(dying), []];
      const cross = () => {
        if (++crossed >= crash) throw new Error("killed");
      };
      const killed = gatewayOn(failingAt(dying, cross), cross);
      const answered: string[] = [];
      for (const id of ["a", "b", "c"])
        await killed.arrive(id).then(
          () => answered.push(id),
          () => undefined,
        );
      if (crossed < crash) crossings = crash;
      crash = Math.max(crash, 1);
      crossed = -Infinity;
      await killed.arrivals.stop();
      const next = gatewayOn(dying);
      await next.arrivals.look();
      await settle(next, answered);
      await next.arrivals.stop();
      await dying.close();
    }
    expect(crossings).toBeGreaterThan(8);
    runs = openRuns(store);
  });

  /** Whoever was answered has a page, and when all is done nobody waits any more and the newest data have won. */
  async function settle(gateway: ReturnType<typeof gatewayOn>, answered: string[]): Promise<void> {
    for (const id of answered)
      expect((await runs.get(runNamed(id)))?.value.status).toMatch(/running|waiting|superseded/);
    for (let round = 0; round < 3; round++) {
      const { records } = await runs.query({ index: "byStatus", equals: { status: "running" } });
      expect(records.length).toBeLessThanOrEqual(1);
      for (const { key } of records) await gateway.ledger.note(say.datasetRejected(key));
      await gateway.arrivals.look();
    }
    expect((await runs.query({ index: "byStatus", equals: { status: "waiting" } })).records).toEqual([]);
    // What was answered last has run, or what came after it, whose caller was not answered any more.
    const [last, newest] = [begun().at(-1), answered.at(-1)];
    const order = ["a", "b", "c"].map(runNamed);
    if (newest !== undefined) expect(order.indexOf(last!)).toBeGreaterThanOrEqual(order.indexOf(runNamed(newest)));
  }

  it("go on by themselves when the run before them ends, with nobody looking", async () => {
    await writePipeline(root, "churn");
    const gateway = gatewayOn();
    await gateway.arrive("a");
    await gateway.arrive("b");
    await gateway.ledger.note(say.datasetRejected(runNamed("a")));
    await eventually("the next run", async () => begun().length === 2, 1_500);
  });
});

/** A store that fails at and after some write, as if the process were gone by then. */
function failingAt(store: RecordStore, cross: () => void): RecordStore {
  return {
    ...store,
    records(definition) {
      const real = store.records(definition);
      const guarded =
        <Args extends unknown[], T>(act: (...args: Args) => Promise<T>) =>
        async (...args: Args): Promise<T> => {
          cross();
          return act(...args);
        };
      return {
        ...real,
        compareAndSet: guarded(real.compareAndSet),
        putIfAbsent: guarded(real.putIfAbsent),
        update: guarded(real.update),
      };
    },
  };
}
