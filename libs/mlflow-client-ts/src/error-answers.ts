import { MlflowError } from "./errors.js";

const OUTAGES = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Two at once wrote the same row of the server's database: MLflow calls that a bad request, and done again it is none. */
const RACED = /UNIQUE constraint failed|duplicate key value|Duplicate entry|database is locked/i;

/** Such a text also stands under a name that is taken, which is taken for good. */
const raced = (code: unknown, message: unknown): boolean =>
  code !== "RESOURCE_ALREADY_EXISTS" && RACED.test(String(message));

/** The error in an answer that is not 2xx. MLflow answers in JSON, but its guards and the proxies before it don't. */
export function errorOfAnswer(answer: Response, body: string, url: URL): MlflowError {
  const { error_code: code, message } = parsedObject(body);
  const retryable = OUTAGES.has(answer.status) || raced(code, message);
  const retryAfterMs = retryAfterOf(answer.headers.get("retry-after"));
  const known = { status: answer.status, retryable, retryAfterMs };
  if (typeof code === "string") return new MlflowError({ ...known, code, message: sentence(message, code) });
  return new MlflowError({ ...known, ...explain(answer.status, body, url) });
}

/** 2xx, and yet not what MLflow would say: mostly a log-in page or another server under this address. */
export const notMlflow = (url: URL, body: string): MlflowError =>
  new MlflowError({
    code: "NOT_MLFLOW",
    message: `${url.origin}${url.pathname} did not answer in JSON ("${excerpt(body)}"). Check that trackingUri is the address of the MLflow server itself.`,
  });

function explain(status: number, body: string, url: URL): { code: string; message: string } {
  if (status === 403 && /invalid host header/i.test(body)) return hostRefused(url);
  if (status === 401 || status === 403) return accessRefused(status, body, url);
  return { code: `HTTP_${status}`, message: `${url.origin}${url.pathname} answered ${status}: "${excerpt(body)}".` };
}

const hostRefused = ({ host }: URL) => ({
  code: "HOST_NOT_ALLOWED",
  message: `The MLflow server refuses requests for the host "${host}". Start it with --allowed-hosts "${host}" (or MLFLOW_SERVER_ALLOWED_HOSTS), or use an address that it allows already.`,
});

const accessRefused = (status: number, body: string, { origin }: URL) => ({
  code: status === 401 ? "UNAUTHENTICATED" : "PERMISSION_DENIED",
  message: `${origin} answered ${status}: "${excerpt(body)}". Check \`auth\`: a user name with a password, or a token.`,
});

/** Retry-After in milliseconds: it comes as seconds or as a date. */
export function retryAfterOf(header: string | null, now = Date.now()): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function parsedObject(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    return parsed !== null && typeof parsed === "object" ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const sentence = (message: unknown, code: string): string =>
  typeof message === "string" && message !== "" ? message : code;

const excerpt = (body: string): string => body.replace(/\s+/g, " ").trim().slice(0, 160);
