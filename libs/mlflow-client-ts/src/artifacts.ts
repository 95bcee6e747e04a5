import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PROXIED_ROOT, proxiedAt, rootOf } from "./artifact-paths.js";
import { uploadInParts, type PartsOptions } from "./multipart.js";
import type { Transport } from "./transport.js";
import { fileBody, type UploadBody } from "./upload-body.js";

export interface ArtifactFile {
  path: string;
  isDirectory: boolean;
  size: number | undefined;
}

interface WireFile {
  path: string;
  is_dir?: boolean;
  file_size?: number | string;
}

export type Artifacts = ReturnType<typeof artifactsOf>;

/** Files of runs and logged models, through the server's artifact proxy: the caller needs no access to the store behind it. */
export function artifactsOf(transport: Transport) {
  const artifacts = {
    /** Writes one file; the same path written again is replaced. `artifactUri` is what a run or a logged model says. */
    async upload(artifactUri: string, path: string, body: UploadBody): Promise<void> {
      await transport.json({ method: "PUT", path: proxiedAt(artifactUri, path), body, transfer: true });
    },

    /** A file of any size, read piece by piece. */
    async uploadFile(artifactUri: string, path: string, file: string): Promise<void> {
      await artifacts.upload(artifactUri, path, await fileBody(file));
    },

    /**
     * A big file, in parts that go straight to the store behind the server (S3, Google Cloud, Azure). False where that store
     * has no parts, such as a folder: then nothing was sent, and `uploadFile` is the way.
     */
    uploadFileInParts: (artifactUri: string, path: string, file: string, options?: PartsOptions): Promise<boolean> =>
      uploadInParts(transport, artifactUri, path, file, options),

    async download(artifactUri: string, path: string): Promise<Uint8Array> {
      return transport.bytes({ method: "GET", path: proxiedAt(artifactUri, path), transfer: true });
    },

    /** The bytes as they come. Whoever stops early cancels the stream. */
    async downloadStream(artifactUri: string, path: string): Promise<ReadableStream<Uint8Array>> {
      return transport.stream({ method: "GET", path: proxiedAt(artifactUri, path), transfer: true });
    },

    /** Writes the artifact to a file, which is there when all of it is there. */
    async downloadFile(artifactUri: string, path: string, file: string): Promise<void> {
      const beside = `${file}.part`;
      try {
        const stream = await artifacts.downloadStream(artifactUri, path);
        await pipeline(Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(beside));
        await rename(beside, file);
      } finally {
        await rm(beside, { force: true });
      }
    },

    /** What is directly in a folder; paths are relative to that folder. */
    async list(artifactUri: string, path = ""): Promise<ArtifactFile[]> {
      const folder = [rootOf(artifactUri), path].filter(Boolean).join("/");
      const call = { method: "GET", path: PROXIED_ROOT, query: { path: folder } } as const;
      return ((await transport.json<{ files?: WireFile[] }>(call)).files ?? []).map(toFile);
    },

    /** Every file in a folder and in the folders below; paths are relative to the artifacts' root. */
    async *walk(artifactUri: string, path = ""): AsyncGenerator<ArtifactFile, void> {
      for (const found of await artifacts.list(artifactUri, path)) {
        const whole = [path, found.path].filter(Boolean).join("/");
        if (found.isDirectory) yield* artifacts.walk(artifactUri, whole);
        else yield { ...found, path: whole };
      }
    },

    async delete(artifactUri: string, path: string): Promise<void> {
      await transport.json({ method: "DELETE", path: proxiedAt(artifactUri, path) });
    },
  };
  return artifacts;
}

const toFile = ({ path, is_dir = false, file_size }: WireFile): ArtifactFile => ({
  path,
  isDirectory: is_dir,
  size: file_size === undefined ? undefined : Number(file_size),
});
