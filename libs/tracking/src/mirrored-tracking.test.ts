import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProblemError, Retry } from "@millrace/contracts";
import { startMirror, type Mirror } from "./mirror.js";
import { mirroredTracking } from "./mirrored-tracking.js";
import { openSpool, type Spool } from "./spool.js";
import type { Tracking } from "./tracking.js";

let dir: string;
let spool: Spool;
let mirror: Mirror;
let tracking: Tracking;
let away: boolean;
let refusing: string;
/** What the server was asked, with the time at which it was said to have happened. */
let done: string[];
let said: string[];
let now: number;

const clock = () => new Date(now++);
const outage = () => new Retry({ code: "MLFLOW_UNAVAILABLE", message: "gone" }, { dependency: "mlflow" });

/** A server of which only the order and the times of calls matter. */
function serverAt(at?: Date): Tracking {
  const call =
    <Answer>(name: string, answer: Answer) =>
    async (): Promise<Answer> => {
      if (away) throw outage();
      if (refusing === name) throw new ProblemError({ code: "REFUSED", message: `${name} never` });
      done.push(at ? `${name} ${at.getTime()}` : name);
      return answer;
    };
  const since = new Date(0);
  return {
    name: "mlflow",
    openRun: call("openRun", { runId: "r1" }),
    logMetrics: call("logMetrics", undefined),
    logArtifact: call("logArtifact", undefined),
    closeRun: call("closeRun", undefined),
    registerVersion: call("registerVersion", { version: "7" }),
    tagVersion: call("tagVersion", undefined),
    setAlias: call("setAlias", undefined),
    removeAlias: call("removeAlias", undefined),
    getAlias: call("getAlias", "7"),
    health: async () => ({ name: "mlflow", up: !away, since, ...(away && { detail: "gone" }) }),
    close: async () => {},
  };
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "mirrored-"));
  [away, refusing, done, said, now] = [false, "", [], [], 1];
  spool = await openSpool(dir);
  const say = (message: string) => void said.push(message);
  const options = { spool, serverAt, leaseDir: join(dir, "lease"), clock, everyMs: 3_600_000, say };
  mirror = startMirror(options);
  tracking = mirroredTracking({ server: serverAt(), spool, mirror, clock, say });
});
afterEach(async () => {
  await tracking.close();
  await rm(dir, { recursive: true });
});

const run = { key: "k", experiment: "e", name: "n" };
const version = { key: "k", model: "m", runId: "r1", experiment: "e", files: [], tags: {} };

test("while the server is there it is asked at once, and nothing is written to files", async () => {
  expect(await tracking.openRun(run)).toEqual({ runId: "r1" });
  expect(await tracking.registerVersion(version)).toEqual({ version: "7" });
  expect([done, await spool.count()]).toEqual([["openRun", "registerVersion"], 0]);
});

test("while it is away runs and versions are called by their keys, and once: later writes do not ask it", async () => {
  away = true;
  expect(await tracking.openRun(run)).toEqual({ runId: 'key:["e","k"]' });
  expect(await tracking.registerVersion(version)).toEqual({ version: "key:k" });
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("MLFLOW_REQUIRED=false");
});

test("what waits goes before what comes, also when the server is back already", async () => {
  away = true;
  await tracking.openRun(run);
  away = false;
  await tracking.closeRun("r1", "FINISHED");
  expect(done).toEqual([]);
  await mirror.look();
  await tracking.setAlias("m", "champion", "7");
  expect(done.map((call) => call.split(" ")[0])).toEqual(["openRun", "closeRun", "setAlias"]);
});

test("what is brought later has the time at which it happened", async () => {
  away = true;
  await tracking.openRun(run);
  await tracking.closeRun("r1", "FINISHED");
  [away, now] = [false, 1_000_000];
  await mirror.look();
  expect(done).toEqual(["openRun 1", "closeRun 2"]);
});

test("an alias that waits is the answer; the server's is, where none does", async () => {
  away = true;
  for (const number of ["3", "4"]) await tracking.setAlias("m", "champion", number);
  expect(await tracking.getAlias("m", "champion")).toBe("4");
  await tracking.removeAlias("m", "champion");
  expect(await tracking.getAlias("m", "champion")).toBeUndefined();
  await expect(tracking.getAlias("m", "challenger")).rejects.toBeInstanceOf(Retry);
  away = false;
  expect(await tracking.getAlias("m", "challenger")).toBe("7");
});

test("a write that the server refuses is put aside, and those behind it go on", async () => {
  away = true;
  await tracking.openRun(run);
  await tracking.closeRun("r1", "FINISHED");
  [away, refusing] = [false, "openRun"];
  await mirror.look();
  expect(done).toEqual(["closeRun 2"]);
  expect(await readdir(join(dir, "refused"))).toHaveLength(1);
  expect(said.join()).toContain("openRun never");
});

test("a problem that is no outage is the caller's at once", async () => {
  refusing = "openRun";
  await expect(tracking.openRun(run)).rejects.toMatchObject({ code: "REFUSED" });
  expect(await spool.count()).toBe(0);
});

test("it is up without the server, and says what waits", async () => {
  expect(await tracking.health()).toEqual({ name: "mlflow", up: true, since: new Date(0) });
  away = true;
  await tracking.openRun(run);
  expect(await tracking.health()).toMatchObject({
    up: true,
    detail: expect.stringMatching(/^away since .*\(gone\); 1 writes wait$/),
  });
});
