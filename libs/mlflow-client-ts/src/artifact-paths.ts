import { MlflowError } from "./errors.js";

const PROXY = "/api/2.0/mlflow-artifacts/artifacts";

/** What the proxy calls a file: `mlflow-artifacts:/1/<run>/artifacts` and `a/b` are below `1/<run>/artifacts/a/b`. */
export const proxiedAt = (artifactUri: string, path: string): string => `${PROXY}/${encodedIn(artifactUri, path)}`;

/** The folders and the file of an artifact, encoded for an address. */
export const encodedIn = (artifactUri: string, path: string): string =>
  [...segmentsOf(rootOf(artifactUri)), ...segmentsOf(path)].join("/");

export const PROXIED_ROOT = PROXY;

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
export function rootOf(artifactUri: string): string {
  const root = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+?)\/*$/.exec(artifactUri)?.[1];
  if (root !== undefined) return root;
  throw new MlflowError({
    code: "ARTIFACTS_NOT_PROXIED",
    message: `The artifacts at "${artifactUri}" are not served by MLflow. Start the server with --serve-artifacts and --artifacts-destination, and use a new experiment: an experiment keeps the location it was made with.`,
    sent: false,
  });
}
