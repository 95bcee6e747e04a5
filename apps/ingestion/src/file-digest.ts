import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { ProblemError, type Digest } from "@millrace/contracts";

/** What tells without reading that a file is as it was. */
export interface Stamp {
  readonly facts: string;
  /** Whether it was written long enough ago that writing it again would show: clocks of file systems tick slowly. */
  readonly settled: boolean;
}

const SETTLED_MS = 2_000;

export async function stampOf(path: string, location: string): Promise<Stamp> {
  const facts = await stat(path, { bigint: true }).catch((error) => {
    throw unreadable(error, location);
  });
  const { dev, ino, size, mtimeNs, ctimeNs } = facts;
  return {
    facts: [dev, ino, size, mtimeNs, ctimeNs].join("-"),
    settled: Date.now() - Number(ctimeNs / 1_000_000n) > SETTLED_MS,
  };
}

export async function digestOfFile(path: string, location: string): Promise<Digest> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  } catch (error) {
    throw unreadable(error as NodeJS.ErrnoException, location);
  }
  return `sha256:${hash.digest("hex")}`;
}

/** A file that may not be read is the input's fault; anything else (a disk, a network share) may heal by itself. */
export const unreadable = (error: NodeJS.ErrnoException, location: string): Error =>
  error.code !== "EACCES" && error.code !== "EPERM"
    ? error
    : new ProblemError(
        {
          code: "SOURCE_UNREADABLE",
          where: location,
          message: `the service may not read this file (${error.code}).`,
          remedy: "Give the user that runs the service the right to read it.",
        },
        { cause: error },
      );
