import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Problem } from "@millrace/contracts";
import { flushFolder, jsonOf, readable, writeWhole } from "./files.js";
import type { Operation } from "./operation.js";

export interface SpooledWrite {
  /** When it was meant to happen. */
  at: string;
  operation: Operation;
}

export interface Waiting extends SpooledWrite {
  number: string;
  bytesOf(index: number): Promise<Uint8Array>;
}

export interface Spool {
  append(write: SpooledWrite, files?: readonly Uint8Array[]): Promise<void>;
  count(): Promise<number>;
  oldest(): Promise<Waiting | undefined>;
  all(): AsyncGenerator<Waiting, void>;
  done(number: string): Promise<void>;
  /** Puts it aside with the reason: the server will never take it. */
  refuse(number: string, problem: Problem): Promise<string>;
}

/**
 * Writes that wait for a server, each a folder with a number: `waiting/000000000007/{write.json,0,1,…}`. Several processes
 * may write to it. A folder is there whole or not at all, also after a power cut.
 */
export async function openSpool(dir: string): Promise<Spool> {
  const at = (...rest: string[]): string => join(dir, ...rest);
  await mkdir(at("waiting"), { recursive: true });
  const numbers = async () => (await readdir(at("waiting"))).filter((name) => /^\d+$/.test(name)).sort();

  async function read(number: string): Promise<Waiting | undefined> {
    const write = await jsonOf<SpooledWrite>(at("waiting", number, "write.json"));
    return write && { ...write, number, bytesOf: (index) => readFile(at("waiting", number, String(index))) };
  }

  /** The next free number: of two who take the same one the other goes on to the next. */
  async function claim(made: string): Promise<void> {
    for (let next = Number((await numbers()).at(-1) ?? 0) + 1; ; next++) {
      if (await movedTo(made, at("waiting", String(next).padStart(12, "0")))) return flushFolder(at("waiting"));
    }
  }

  async function moveAway(number: string, to: string): Promise<void> {
    await mkdir(at(to), { recursive: true });
    await rename(at("waiting", number), at(to, `${number}-${randomUUID().slice(0, 8)}`));
  }

  return {
    async append(write, files = []) {
      const made = at(`new-${randomUUID()}`);
      for (const [index, bytes] of files.entries()) await writeWhole(join(made, String(index)), bytes);
      await writeWhole(join(made, "write.json"), readable(write));
      await claim(made);
    },

    count: async () => (await numbers()).length,

    async oldest() {
      for (const number of await numbers()) {
        const found = await read(number);
        if (found) return found;
      }
      return undefined;
    },

    async *all() {
      for (const number of await numbers()) {
        const found = await read(number);
        if (found) yield found;
      }
    },

    // Moved first: what is half removed must not be found.
    async done(number) {
      await moveAway(number, "done");
      await flushFolder(at("waiting"));
      await rm(at("done"), { recursive: true, force: true });
    },

    async refuse(number, problem) {
      await writeWhole(at("waiting", number, "problem.json"), readable(problem));
      await moveAway(number, "refused");
      return at("refused");
    },
  };
}

async function movedTo(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}
