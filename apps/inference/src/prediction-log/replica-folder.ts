import { randomBytes } from "node:crypto";
import { readlinkSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { openSuffix, sealedSuffix } from "./segment.js";

/** A replica that gave no sign of life for so long is dead, wherever it ran. */
const SILENT_MS = 60_000;
const OWNER = "owner.json";
const NOBODY = 0;

export interface ReplicaFolder {
  readonly path: string;
  readonly replica: string;
  beat(now: Date): Promise<void>;
  /** Takes over what dead replicas left: the segments, by their new paths. */
  adopt(now: Date): Promise<string[]>;
  /** Takes the folder away, or leaves what is in it to whoever looks next. */
  release(): Promise<void>;
}

/** Below `root` each replica has a folder of its own, so that several can share one data directory. */
export async function openReplicaFolder(root: string): Promise<ReplicaFolder> {
  const replica = randomBytes(4).toString("hex");
  const path = join(root, replica);
  const owner = join(path, OWNER);
  const sign = async () => {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await writeFile(owner, JSON.stringify({ machine: machine(), pid: process.pid }));
  };
  // A disk that is full or read-only must not keep anybody from serving: it is tried again at every beat.
  await sign().catch(() => undefined);
  return {
    ...{ path, replica },
    beat: (now) => utimes(owner, now, now).catch(sign),
    adopt: (now) => adoptAll(root, replica, now),
    release: () => release(path),
  };
}

/** Process ids mean something only among processes that see the same ones: containers of one host do not. */
function machine(): string {
  const space = (() => {
    try {
      return readlinkSync("/proc/self/ns/pid");
    } catch {
      return "";
    }
  })();
  return `${hostname()} ${space}`;
}

async function release(path: string): Promise<void> {
  const owner = join(path, OWNER);
  const left = (await readdir(path)).filter((name) => name !== OWNER);
  if (left.length > 0) return writeFile(owner, JSON.stringify({ machine: machine(), pid: NOBODY }));
  await rm(owner, { force: true });
  await rmdir(path);
}

async function adoptAll(root: string, mine: string, now: Date): Promise<string[]> {
  const adopted: string[] = [];
  for (const other of await readdir(root).catch(() => [])) {
    if (other === mine || !(await isDead(join(root, other), now))) continue;
    adopted.push(...(await adoptFrom(join(root, other), join(root, mine))));
  }
  return adopted;
}

/** One rename a file: of two replicas that want the same one, one gets it. */
async function adoptFrom(from: string, to: string): Promise<string[]> {
  const adopted: string[] = [];
  for (const name of await readdir(from).catch(() => [])) {
    if (!name.endsWith(openSuffix) && !name.endsWith(sealedSuffix)) continue;
    const path = join(to, name.replace(openSuffix, sealedSuffix));
    const got = await rename(join(from, name), path).then(
      () => true,
      () => false,
    );
    if (got) adopted.push(path);
  }
  await rm(join(from, OWNER), { force: true }).catch(() => undefined);
  await rmdir(from).catch(() => undefined);
  return adopted;
}

async function isDead(folder: string, now: Date): Promise<boolean> {
  const facts = (await stat(join(folder, OWNER)).catch(() => undefined)) ?? (await stat(folder).catch(() => undefined));
  if (facts === undefined) return false;
  if (now.getTime() - facts.mtimeMs > SILENT_MS) return true;
  const text = await readFile(join(folder, OWNER), "utf8").catch(() => "");
  const owner = ownerIn(text);
  return owner !== undefined && (owner.pid === NOBODY || (owner.machine === machine() && !lives(owner.pid)));
}

function ownerIn(text: string): { machine: string; pid: number } | undefined {
  try {
    return JSON.parse(text) as { machine: string; pid: number };
  } catch {
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
