import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { encodedIn } from "./artifact-paths.js";
import { isMlflowError } from "./errors.js";
import type { Transport } from "./transport.js";

export interface PartsOptions {
  /** S3 takes no parts under 5 MB, and no more than 10,000 of them; 100 MB unless told. */
  partBytes?: number;
  /** How many parts are on their way at the same time; 4 unless told. */
  atOnce?: number;
}

interface Upload {
  upload_id?: string;
  credentials?: { url: string; part_number: number; headers?: Record<string, string> }[];
}

interface Part {
  part_number: number;
  etag: string;
  url: string;
}

/** One upload: where it goes, and which file it is of. */
interface Parted {
  transport: Transport;
  folder: string;
  name: string;
  file: string;
  partBytes: number;
}

/** Asks the server for an address for each part, sends the parts there, and declares the file complete. */
export async function uploadInParts(
  transport: Transport,
  artifactUri: string,
  path: string,
  file: string,
  { partBytes = 100 * 1024 ** 2, atOnce = 4 }: PartsOptions = {},
): Promise<boolean> {
  const folders = encodedIn(artifactUri, path).split("/");
  const parted = { transport, folder: folders.slice(0, -1).join("/"), name: path.split("/").at(-1)!, file, partBytes };
  const upload = await begin(parted, Math.max(1, Math.ceil((await stat(file)).size / partBytes)));
  if (upload === undefined) return false;
  try {
    await complete(parted, upload, await sendAll(parted, upload, atOnce));
    return true;
  } catch (error) {
    await ask(parted, "abort", { upload_id: upload.upload_id }).catch(() => undefined);
    throw error;
  }
}

const ask = <Answer>({ transport, folder, name }: Parted, verb: string, json: object): Promise<Answer> =>
  transport.json({
    method: "POST",
    path: `/api/2.0/mlflow-artifacts/mpu/${verb}/${folder}`,
    json: { path: name, ...json },
  });

async function begin(parted: Parted, parts: number): Promise<Upload | undefined> {
  try {
    return await ask<Upload>(parted, "create", { num_parts: parts });
  } catch (error) {
    if (isMlflowError(error, "NOT_IMPLEMENTED")) return undefined;
    throw error;
  }
}

const complete = (parted: Parted, { upload_id }: Upload, parts: Part[]): Promise<unknown> =>
  ask(parted, "complete", { upload_id, parts });

async function sendAll(parted: Parted, { credentials = [] }: Upload, atOnce: number): Promise<Part[]> {
  const waiting = [...credentials];
  const sent: Part[] = [];
  const sendNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) sent.push(await send(parted, next));
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, sendNext));
  } finally {
    waiting.length = 0;
  }
  return sent.sort((a, b) => a.part_number - b.part_number);
}

async function send(
  { transport, file, partBytes }: Parted,
  { url, part_number, headers = {} }: NonNullable<Upload["credentials"]>[number],
): Promise<Part> {
  const start = (part_number - 1) * partBytes;
  const size = Math.min(partBytes, (await stat(file)).size - start);
  const read = () => createReadStream(file, { start, end: start + size - 1 });
  const body = size === 0 ? new Uint8Array() : { size, read };
  const call = { method: "PUT", path: "", elsewhere: new URL(url), extra: headers, body, transfer: true } as const;
  return { part_number, url, etag: (await transport.headers(call)).get("etag") ?? "" };
}
