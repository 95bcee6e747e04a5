import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { jsonOf, readable, writeOnce, writeWhole } from "./files.js";

export interface Lease {
  /** False when somebody else has it by now: this process stood still for too long. */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

interface Held {
  owner: string;
  until: number;
}

/**
 * One of several processes at a time, by files: who writes the next number has the lease until it runs out. It is renewed
 * as long as it is not released. Undefined while another has it.
 */
export async function takeLease(dir: string, clock: () => Date, leaseMs = 30_000): Promise<Lease | undefined> {
  await mkdir(dir, { recursive: true });
  const owner = randomUUID();
  const last = await highest(dir);
  const before = last === undefined ? undefined : await jsonOf<Held>(join(dir, last));
  if (before !== undefined && before.until > clock().getTime()) return undefined;
  const own = `${String(Number(last?.slice(0, 12) ?? 0) + 1).padStart(12, "0")}.json`;
  const write = (until: number): string => readable({ owner, until } satisfies Held);
  if (!(await writeOnce(join(dir, own), write(clock().getTime() + leaseMs)))) return undefined;
  if (last !== undefined) await rm(join(dir, last), { force: true });

  const held = async (): Promise<boolean> => {
    if ((await highest(dir)) !== own) return false;
    await writeWhole(join(dir, own), write(clock().getTime() + leaseMs));
    return true;
  };
  const renewal = setInterval(() => void held().catch(() => undefined), leaseMs / 3).unref();
  return {
    held,
    async release() {
      clearInterval(renewal);
      if (await held()) await writeWhole(join(dir, own), write(0));
    },
  };
}

const highest = async (dir: string): Promise<string | undefined> =>
  (await readdir(dir))
    .filter((name) => /^\d{12}\.json$/.test(name))
    .sort()
    .at(-1);
