import { problemOf, Retry, sentenceOf } from "@millrace/contracts";
import { takeLease, type Lease } from "./lease.js";
import { perform } from "./operation.js";
import type { Spool, Waiting } from "./spool.js";
import type { Tracking } from "./tracking.js";

export interface Mirror {
  /** Looks now, and not only when its time has come. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

export interface MirrorOptions {
  spool: Spool;
  /** The server as it is at a time: what is mirrored later has the time at which it happened. */
  serverAt: (at: Date) => Tracking;
  leaseDir: string;
  clock: () => Date;
  everyMs: number;
  say: (message: string) => void;
}

/** Brings what waits to the server, the oldest first, by one process at a time. */
export function startMirror({ spool, serverAt, leaseDir, clock, everyMs, say }: MirrorOptions): Mirror {
  let looking: Promise<void> | undefined;
  let stopped = false;

  async function bring({ number, at, operation, bytesOf }: Waiting): Promise<"done" | "refused" | "later"> {
    try {
      await perform(operation, serverAt(new Date(at)), bytesOf);
      await spool.done(number);
      return "done";
    } catch (error) {
      if (error instanceof Retry) return "later";
      const folder = await spool.refuse(number, problemOf(error));
      say(`MLflow refused a write that had waited (${sentenceOf(problemOf(error))}). It was put aside in ${folder}.`);
      return "refused";
    }
  }

  async function bringAll(lease: Lease): Promise<void> {
    let brought = 0;
    for (let next = await spool.oldest(); next && !stopped && (await lease.held()); next = await spool.oldest()) {
      const end = await bring(next);
      if (end === "later") break;
      if (end === "done") brought++;
    }
    if (brought > 0) say(`MLflow has ${brought} writes that had waited; ${await spool.count()} wait.`);
  }

  async function lookOnce(): Promise<void> {
    if ((await spool.count()) === 0) return;
    const lease = await takeLease(leaseDir, clock);
    if (lease === undefined) return;
    try {
      await bringAll(lease);
    } finally {
      await lease.release();
    }
  }

  const look = (): Promise<void> =>
    (looking ??= lookOnce()
      .catch((error: unknown) => say(`What waits for MLflow could not be brought there: ${String(error)}`))
      .finally(() => (looking = undefined)));
  const timer = setInterval(() => void look(), everyMs).unref();

  return {
    look,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await looking;
    },
  };
}
