import { readFileSync } from "node:fs";
import { MlflowError } from "./errors.js";
import type { MlflowAuth } from "./address.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Credentials as MLflow's own clients read them; a token comes before a name and a password. */
export function authIn(environment: Environment): MlflowAuth | undefined {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: username } = environment;
  if (token) return { token };
  return username ? { username, password: environment.MLFLOW_TRACKING_PASSWORD ?? "" } : undefined;
}

export interface TlsOptions {
  /** Certificates to trust, as PEM, in place of those that Node trusts. */
  ca?: string | readonly string[];
  /** A certificate of one's own with its key, as PEM, for servers that ask for one. */
  cert?: string;
  key?: string;
  /** false accepts any certificate: for trying things only. */
  rejectUnauthorized?: boolean;
}

/** What MLFLOW_TRACKING_SERVER_CERT_PATH, _CLIENT_CERT_PATH and _INSECURE_TLS say; undefined where they say nothing. */
export function tlsIn(environment: Environment): TlsOptions | undefined {
  const { MLFLOW_TRACKING_SERVER_CERT_PATH: ca, MLFLOW_TRACKING_CLIENT_CERT_PATH: own } = environment;
  const insecure = environment.MLFLOW_TRACKING_INSECURE_TLS?.toLowerCase() === "true";
  if (!ca && !own && !insecure) return undefined;
  return {
    ...(ca && { ca: pemIn(ca) }),
    ...(own && { cert: pemIn(own), key: pemIn(own) }),
    ...(insecure && { rejectUnauthorized: false }),
  };
}

function pemIn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const message = `The certificate ${path} cannot be read (${(cause as Error).message}). Check MLFLOW_TRACKING_SERVER_CERT_PATH and MLFLOW_TRACKING_CLIENT_CERT_PATH.`;
    throw new MlflowError({ code: "INVALID_CERTIFICATE", message, sent: false, cause });
  }
}
