import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

/**
 * What is to be uploaded: bytes, or a function that begins to read them anew, as it must for another try. `size` is
 * needed by servers that want to know it beforehand.
 */
export type UploadBody = Uint8Array | { size?: number; read: () => AsyncIterable<Uint8Array> };

/** A file on disk, read piece by piece: its size does not matter. */
export async function fileBody(path: string): Promise<{ size: number; read: () => AsyncIterable<Uint8Array> }> {
  const { size } = await stat(path);
  return { size, read: () => createReadStream(path) };
}

export function requestBody(
  body: UploadBody,
): Pick<RequestInit, "body" | "duplex"> & { headers: Record<string, string> } {
  const headers: Record<string, string> = { "content-type": "application/octet-stream" };
  if (body instanceof Uint8Array) return { body, headers };
  if (body.size !== undefined) headers["content-length"] = String(body.size);
  return { body: body.read(), headers, duplex: "half" };
}
