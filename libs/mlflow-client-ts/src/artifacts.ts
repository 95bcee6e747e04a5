import { MlflowError } from "./errors.js";
import type { Transport } from "./transport.js";

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
  return {
    /** Writes one file; the same path written again is replaced. `artifactUri` is what a run or a logged model says. */
    async upload(artifactUri: string, path: string, bytes: Uint8Array): Promise<void> {
      await transport.json({ method: "PUT", path: at(artifactUri, path), bytes, transfer: true });
    },

    async download(artifactUri: string, path: string): Promise<Uint8Array> {
      return transport.bytes({ method: "GET", path: at(artifactUri, path), transfer: true });
    },

    /** What is directly in a folder; paths are relative to that folder. */
    async list(artifactUri: string, path = ""): Promise<ArtifactFile[]> {
      const folder = [rootOf(artifactUri), path].filter(Boolean).join("/");
      const call = { method: "GET", path: PROXY, query: { path: folder } } as const;
      return ((await transport.json<{ files?: WireFile[] }>(call)).files ?? []).map(toFile);
    },
  };
}

const PROXY = "/api/2.0/mlflow-artifacts/artifacts";

const at = (artifactUri: string, path: string): string =>
  [PROXY, ...segmentsOf(rootOf(artifactUri)), ...segmentsOf(path)].join("/");

/** URL normalisation would take dots for folders, and encoding does not protect them. */
function segmentsOf(path: string): string[] {
  const segments = path.split("/");
  if (!segments.some((segment) => segment === "" || segment === "." || segment === ".."))
    return segments.map(encodeURIComponent);
  throw new MlflowError({
    code: "INVALID_ARTIFACT_PATH",
    message: `"${path}" is not the path of an artifact. Use names divided by single slashes, without "." and "..".`,
    sent: false,
  });
}

/** The path within the proxy: `mlflow-artifacts:/1/<run>/artifacts` → `1/<run>/artifacts`. */
function rootOf(artifactUri: string): string {
  const root = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+?)\/*$/.exec(artifactUri)?.[1];
  if (root !== undefined) return root;
  throw new MlflowError({
    code: "ARTIFACTS_NOT_PROXIED",
    message: `The artifacts at "${artifactUri}" are not served by MLflow. Start the server with --serve-artifacts and --artifacts-destination, and use a new experiment: an experiment keeps the location it was made with.`,
    sent: false,
  });
}

const toFile = ({ path, is_dir = false, file_size }: WireFile): ArtifactFile => ({
  path,
  isDirectory: is_dir,
  size: file_size === undefined ? undefined : Number(file_size),
});
