import { setTimeout as wait } from "node:timers/promises";
import { Retry } from "@millrace/contracts";
import type { Records, Versioned } from "./record-store.js";

const ATTEMPTS = 200;
const LONGEST_MS = 50;

/** Reads, changes, compares and sets, and begins again when somebody came between; the pauses differ so that racers part. */
export async function updateBy<T>(
  records: Pick<Records<T>, "get" | "compareAndSet">,
  where: string,
  key: string,
  change: (current: T | undefined) => T | undefined,
): Promise<Versioned<T> | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await records.get(key);
    const value = change(current?.value);
    if (value === undefined) return current;
    const written = await records.compareAndSet(key, value, current?.version ?? 0);
    if (written) return written;
    await wait(Math.random() * Math.min(LONGEST_MS, 2 ** Math.min(attempt, 10)));
  }
  throw new Retry({
    code: "RECORD_CONTENDED",
    where: `${where}, key ${key}`,
    message: `others changed it between each of ${ATTEMPTS} readings and writings.`,
    remedy: "Spread what many write over several records.",
  });
}
