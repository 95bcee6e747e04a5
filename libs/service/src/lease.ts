import { hostname } from "node:os";
import { defineCollection, type RecordStore } from "@millrace/storage";
import type { Clock } from "./platform.js";

/** Who holds something, and until when unless it is renewed. */
export interface Lease {
  owner: string;
  host: string;
  pid: number;
  expiresAt: string;
}

const leases = defineCollection<Lease>({ name: "leases", indexes: {} });

export interface HeldLease {
  release(): Promise<void>;
}

export interface LeaseOptions {
  records: RecordStore;
  owner: string;
  seconds: number;
  clock: Clock;
}

/**
 * Claims `key`, unless someone who lives holds it. Whoever holds it renews it until it is released; when the holder dies
 * it expires, at once where the holder was a process of this machine.
 */
export async function claimLease(key: string, options: LeaseOptions): Promise<HeldLease | undefined> {
  const records = options.records.records(leases);
  const mine = () => newLease(options);
  const claimed = await records.update(key, (current) =>
    current === undefined || isLeaseOver(current, options.clock()) ? mine() : undefined,
  );
  if (claimed?.value.owner !== options.owner) return undefined;

  const renew = () => records.update(key, (current) => (current?.owner === options.owner ? mine() : undefined));
  // A renewal that fails is tried again at the next beat; the lease is lost only when it expires.
  const timer = setInterval(() => void renew().catch(() => undefined), (options.seconds * 1000) / 3);
  timer.unref();
  return {
    release: async () => {
      clearInterval(timer);
      const current = await records.get(key);
      if (current?.value.owner === options.owner) await records.remove(key, current.version);
    },
  };
}

export const newLease = ({ owner, seconds, clock }: Omit<LeaseOptions, "records">): Lease => ({
  ...{ owner, host: hostname(), pid: process.pid },
  expiresAt: new Date(clock().getTime() + seconds * 1000).toISOString(),
});

/** It was not renewed, or its holder was a process of this machine that is no more. */
export const isLeaseOver = (lease: Lease, now: Date): boolean =>
  lease.expiresAt <= now.toISOString() || (lease.host === hostname() && !isAlive(lease.pid));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
