import { MlflowError } from "./errors.js";

// These happen while the connection is made, so nothing of the request has reached the server.
const BEFORE_SENDING = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

// What Node says of a server's certificate while the connection is made.
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS_/;

/** The error when fetch itself fails: no connection, a connection that broke, or no answer in time. */
export function errorOfNoAnswer(thrown: unknown, url: URL, timeoutMs: number): MlflowError {
  if (thrown instanceof MlflowError) return thrown;
  if ((thrown as Error | undefined)?.name === "TimeoutError") return tooLate(thrown, url, timeoutMs);
  const reason = causeCodeOf(thrown);
  if (reason !== undefined && CERTIFICATE.test(reason)) return notTrusted(reason, thrown, url);
  const sent = !BEFORE_SENDING.has(reason ?? "");
  return new MlflowError({ ...(sent ? broken(reason, thrown, url) : unreachable(reason, url)), sent, cause: thrown });
}

const tooLate = (cause: unknown, url: URL, timeoutMs: number) =>
  new MlflowError({
    code: "TIMEOUT",
    message: `${url.origin}${url.pathname} did not answer within ${timeoutMs} ms.`,
    retryable: true,
    cause,
  });

const notTrusted = (reason: string, cause: unknown, { origin }: URL) =>
  new MlflowError({
    code: "CERTIFICATE_NOT_TRUSTED",
    message: `The certificate of ${origin} is not trusted (${reason}). Give the one that signed it as tls.ca, or its file in MLFLOW_TRACKING_SERVER_CERT_PATH.`,
    sent: false,
    cause,
  });

const unreachable = (reason: string | undefined, { origin }: URL) => ({
  code: "UNREACHABLE",
  message: `No MLflow server can be reached at ${origin} (${reason}). Check trackingUri and that the server is running.`,
  retryable: true,
});

const broken = (reason: string | undefined, thrown: unknown, url: URL) => ({
  code: "CONNECTION_LOST",
  message: `The connection to ${url.origin} broke before the answer to ${url.pathname} came (${reason ?? String(thrown)}).`,
  retryable: true,
});

function causeCodeOf(thrown: unknown): string | undefined {
  const { code, cause } = (thrown ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === "string") return code;
  return cause === undefined ? undefined : causeCodeOf(cause);
}
