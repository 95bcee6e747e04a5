import { errorOfAnswer, notMlflow } from "./error-answers.js";
import { errorOfNoAnswer } from "./lost-answers.js";
import { defaultRetry, withRetries, type Repeatable, type RetryPolicy } from "./retry.js";
import { addressOf, type Address, type MlflowAuth } from "./address.js";

export interface MlflowClientOptions {
  /** Where the server is: `http://127.0.0.1:5000`, with a path when it is behind one. */
  trackingUri: string;
  auth?: MlflowAuth;
  /** For each try of a call, 30 s unless told. */
  timeoutMs?: number;
  /** For each try of an artifact's upload or download, 10 min unless told. */
  transferTimeoutMs?: number;
  retry?: Partial<RetryPolicy>;
  fetch?: typeof fetch;
}

type Query = Record<string, string | number | readonly string[] | undefined>;

export interface Call {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Below the tracking URI, such as `/api/2.0/mlflow/runs/create`. */
  path: string;
  query?: Query;
  json?: unknown;
  bytes?: Uint8Array;
  /** Unless told, a POST is a creation and everything else may be repeated. */
  repeatable?: Repeatable;
  transfer?: boolean;
  /** For this call alone: how often, and how long for each try. */
  tries?: number;
  timeoutMs?: number;
}

export interface Transport {
  json<Answer>(call: Call): Promise<Answer>;
  text(call: Call): Promise<string>;
  bytes(call: Call): Promise<Uint8Array>;
}

export function createTransport(options: MlflowClientOptions): Transport {
  const address = addressOf(options.trackingUri, options.auth);
  const send = <Answer>(call: Call, read: (answer: Response) => Promise<Answer>) =>
    withRetries(policyOf(options, call), call.repeatable ?? (call.method === "POST" ? "before-sending" : "yes"), () =>
      attempt(options, address, call, read),
    );
  return {
    json: <Answer>(call: Call) => send(call, readJson<Answer>),
    text: (call) => send(call, (answer) => answer.text()),
    bytes: (call) => send(call, async (answer) => new Uint8Array(await answer.arrayBuffer())),
  };
}

const policyOf = ({ retry }: MlflowClientOptions, { tries }: Call): RetryPolicy => ({
  ...defaultRetry,
  ...retry,
  ...(tries !== undefined && { tries }),
});

async function attempt<Answer>(
  options: MlflowClientOptions,
  address: Address,
  call: Call,
  read: (answer: Response) => Promise<Answer>,
): Promise<Answer> {
  const url = urlOf(address.base, call);
  const timeoutMs = timeoutOf(options, call);
  try {
    const answer = await (options.fetch ?? fetch)(url, requestOf(address, call, timeoutMs));
    if (answer.ok) return await read(answer);
    throw errorOfAnswer(answer, await answer.text(), url);
  } catch (error) {
    throw errorOfNoAnswer(error, url, timeoutMs);
  }
}

const timeoutOf = ({ timeoutMs = 30_000, transferTimeoutMs = 600_000 }: MlflowClientOptions, call: Call): number =>
  call.timeoutMs ?? (call.transfer ? transferTimeoutMs : timeoutMs);

function requestOf({ headers }: Address, { method, json, bytes }: Call, timeoutMs: number): RequestInit {
  const signal = AbortSignal.timeout(timeoutMs);
  if (json !== undefined)
    return { method, signal, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(json) };
  if (bytes !== undefined)
    return { method, signal, headers: { ...headers, "content-type": "application/octet-stream" }, body: bytes };
  return { method, signal, headers };
}

function urlOf(base: URL, { path, query = {} }: Call): URL {
  const url = new URL(base.pathname.replace(/\/+$/, "") + path, base);
  for (const [key, value] of Object.entries(query)) {
    for (const one of value === undefined ? [] : [value].flat()) url.searchParams.append(key, String(one));
  }
  return url;
}

async function readJson<Answer>(answer: Response): Promise<Answer> {
  const body = await answer.text();
  if (body.trim() === "") return {} as Answer;
  try {
    return JSON.parse(body) as Answer;
  } catch {
    throw notMlflow(new URL(answer.url), body);
  }
}
