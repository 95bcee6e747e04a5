import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes a file whole or not at all: readers see the old one or the new one, also after a power cut. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const written = await writeBeside(path, content);
  await rename(written, path);
  await flushFolder(dirname(path));
}

/** Writes a file unless there is one. True for the one writer of several that wrote it. */
export async function writeOnce(path: string, content: string | Uint8Array): Promise<boolean> {
  const written = await writeBeside(path, content);
  try {
    await link(written, path);
    await flushFolder(dirname(path));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(written, { force: true });
  }
}

/** Appends lines of JSON. After a crash in the middle of a line that line is lost, and the next one starts anew. */
export async function appendLines(path: string, values: readonly unknown[]): Promise<void> {
  if (values.length === 0) return;
  await mkdir(dirname(path), { recursive: true });
  const earlier = await textOf(path);
  const gap = earlier === undefined || earlier === "" || earlier.endsWith("\n") ? "" : "\n";
  const file = await open(path, "a");
  try {
    await file.appendFile(gap + values.map((value) => `${JSON.stringify(value)}\n`).join(""));
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function linesOf<Line>(path: string): Promise<Line[]> {
  const lines = ((await textOf(path)) ?? "").split("\n");
  return lines.flatMap((line) => {
    const parsed = parsedOrNothing<Line>(line);
    return parsed === undefined ? [] : [parsed];
  });
}

export async function jsonOf<Content>(path: string): Promise<Content | undefined> {
  const text = await textOf(path);
  return text === undefined ? undefined : (JSON.parse(text) as Content);
}

/** JSON as people like to read it. */
export const readable = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function writeBeside(path: string, content: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  // The name is not derived from a long file's name, which may be as long as names can be.
  const beside = join(dirname(path), `.${basename(path).slice(0, 40)}.${randomUUID()}.tmp`);
  const file = await open(beside, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return beside;
}

export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

function parsedOrNothing<Line>(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}
