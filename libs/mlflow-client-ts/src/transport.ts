import { errorOfAnswer, notMlflow } from "./error-answers.js";
import { errorOfNoAnswer } from "./lost-answers.js";
import { defaultRetry, withRetries, type Repeatable, type RetryPolicy } from "./retry.js";
import { addressOf, type Address, type MlflowAuth } from "./address.js";
import { authIn, tlsIn, type Environment, type TlsOptions } from "./environment.js";
import { tlsFetch } from "./tls-fetch.js";
import { requestBody, type UploadBody } from "./upload-body.js";

export interface MlflowClientOptions {
  /** Where the server is: `http://127.0.0.1:5000`, with a path when it is behind one. */
  trackingUri: string;
  /** Unless given: of the tracking URI, else MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. */
  auth?: MlflowAuth;
  /** Unless given: MLFLOW_TRACKING_SERVER_CERT_PATH, MLFLOW_TRACKING_CLIENT_CERT_PATH and MLFLOW_TRACKING_INSECURE_TLS. */
  tls?: TlsOptions;
  /** Where the MLFLOW_TRACKING_… variables are read: process.env unless told; {} reads none. */
  environment?: Environment;
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
  body?: UploadBody;
  /** Another server than the tracking server, such as the store behind it: no credentials of ours are sent there. */
  elsewhere?: URL;
  /** Headers of this call alone. */
  extra?: Readonly<Record<string, string>>;
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
  /** Answers when the first bytes are there; what comes later is read as it comes. */
  stream(call: Call): Promise<ReadableStream<Uint8Array>>;
  /** For an answer that says something in its headers. */
  headers(call: Call): Promise<Headers>;
}

export function createTransport(options: MlflowClientOptions): Transport {
  const wire = wireOf(options);
  const send = <Answer>(call: Call, read: (answer: Response) => Promise<Answer>) =>
    withRetries(policyOf(options, call), call.repeatable ?? (call.method === "POST" ? "before-sending" : "yes"), () =>
      attempt(options, wire, call, read),
    );
  return {
    json: <Answer>(call: Call) => send(call, readJson<Answer>),
    text: (call) => send(call, (answer) => answer.text()),
    bytes: (call) => send(call, async (answer) => new Uint8Array(await answer.arrayBuffer())),
    stream: (call) => send(call, async (answer) => answer.body ?? new Blob([]).stream()),
    headers: (call) => send(call, async (answer) => (await answer.arrayBuffer(), answer.headers)),
  };
}

/** Where and as whom, and by what. */
interface Wire {
  address: Address;
  fetch: typeof fetch;
}

function wireOf({ trackingUri, auth, tls, environment = process.env, fetch: given }: MlflowClientOptions): Wire {
  const certificates = tls ?? tlsIn(environment);
  const how = given ?? (certificates === undefined ? fetch : tlsFetch(certificates));
  const address = addressOf(trackingUri, auth, authIn(environment));
  // Plain http has no certificates, and a fetch of one's own brings its own.
  return { address, fetch: address.base.protocol === "http:" ? (given ?? fetch) : how };
}

const policyOf = ({ retry }: MlflowClientOptions, { tries }: Call): RetryPolicy => ({
  ...defaultRetry,
  ...retry,
  ...(tries !== undefined && { tries }),
});

async function attempt<Answer>(
  options: MlflowClientOptions,
  wire: Wire,
  call: Call,
  read: (answer: Response) => Promise<Answer>,
): Promise<Answer> {
  const url = call.elsewhere ?? urlOf(wire.address.base, call);
  const timeoutMs = timeoutOf(options, call);
  try {
    const answer = await (call.elsewhere ? fetch : wire.fetch)(url, requestOf(wire.address, call, timeoutMs));
    if (answer.ok) return await read(answer);
    throw errorOfAnswer(answer, await answer.text(), url);
  } catch (error) {
    throw errorOfNoAnswer(error, url, timeoutMs);
  }
}

const timeoutOf = ({ timeoutMs = 30_000, transferTimeoutMs = 600_000 }: MlflowClientOptions, call: Call): number =>
  call.timeoutMs ?? (call.transfer ? transferTimeoutMs : timeoutMs);

function requestOf(address: Address, call: Call, timeoutMs: number): RequestInit {
  const { method, json, body, elsewhere, extra } = call;
  const signal = AbortSignal.timeout(timeoutMs);
  const headers = { ...(elsewhere ? {} : address.headers), ...extra };
  if (json !== undefined)
    return { method, signal, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(json) };
  if (body === undefined) return { method, signal, headers };
  const sent = requestBody(body);
  // A presigned address is signed for no content type.
  const own = elsewhere ? withoutType(sent.headers) : sent.headers;
  return { ...sent, method, signal, headers: { ...headers, ...own } };
}

const withoutType = ({ "content-type": _, ...headers }: Record<string, string>): Record<string, string> => headers;

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
