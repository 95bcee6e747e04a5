import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { errorFields, HttpProblem, notFound, type Log } from "@millrace/service";
import type { Answerer } from "../answer.js";
import { askedBy } from "../asked.js";
import { requireServing } from "../choose-model.js";
import { readBody } from "../read-body.js";
import { askerOf, modelInPath, predictionWanted } from "../refused-requests.js";
import type { Serving } from "../serving.js";
import { inferResponse, type InferResponse } from "./infer-response.js";
import { readInferRequest } from "./infer-request.js";
import { rowsOfTensors } from "./rows-of-tensors.js";
import { badRequest, v2Error } from "./v2-problem.js";

export interface InferParts {
  answerer: Answerer;
  serving: Serving;
  log: Log;
  limits: { readonly rows: number; readonly bytes: number };
}

const route = /^\/v2\/models\/([^/?]+)(?:\/versions\/([^/?]+))?\/infer(?:\?|$)/;

/** POST /v2/models/{model}[/versions/{version}]/infer on the bare server: its body is JSON with bytes behind it. */
export function openInfer(parts: InferParts): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const found = request.method === "POST" ? route.exec(request.url!) : null;
    if (found === null) return false;
    readBody(request, parts.limits.bytes, (problem, body) => {
      const answered = problem === undefined ? infer(parts, request, found, body) : Promise.reject(problem);
      void answered.then(
        (answer) => send(response, answer),
        (error: unknown) => {
          parts.answerer.refused({ ...predictionWanted(request), ...askerOf(request) }, error);
          refuse(parts.log, request, response, error);
        },
      );
    });
    return true;
  };
}

async function infer(
  { answerer, serving, limits }: InferParts,
  request: IncomingMessage,
  [, model, version]: RegExpExecArray,
  body: Buffer,
): Promise<InferResponse> {
  const name = modelInPath(model!);
  const asked = { ...askedBy(request, name, ""), probabilities: true };
  const pin = version === undefined ? asked.pin : versionNumber(version);
  const champion = requireServing(serving, name);
  if (pin !== undefined) await serving.load(name, pin);
  const wanted = readInferRequest(await unpack(request, body, limits.bytes), jsonBytes(request));
  const rows = rowsOfTensors(wanted.inputs, champion.model.features);
  if (rows.length === 0 || rows.length > limits.rows) throw rowsOutside(rows.length, limits.rows);
  const answers = answerer.many({ ...asked, pin, at: "/inputs" }, rows);
  const said = serving.versions(name).find(({ version }) => version === answers[0]!.model_version) ?? champion;
  return inferResponse(wanted, answers, said.model);
}

/** Versions are texts in the protocol, and here numbers from 1 on. */
export function versionNumber(version: string): number {
  if (/^[1-9]\d{0,8}$/.test(version)) return Number(version);
  throw notFound({ code: "VERSION_UNKNOWN", where: version, message: "versions are numbers from 1 on." });
}

function jsonBytes({ headers }: IncomingMessage): number | undefined {
  const length = headers["inference-header-content-length"];
  if (length === undefined) return undefined;
  if (typeof length === "string" && /^\d{1,12}$/.test(length)) return Number(length);
  throw badRequest("Inference-Header-Content-Length is no number of bytes.");
}

const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) };

async function unpack({ headers }: IncomingMessage, body: Buffer, limit: number): Promise<Buffer> {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return body;
  const unpacker = Object.hasOwn(unpackers, encoding) ? unpackers[encoding as keyof typeof unpackers] : undefined;
  if (unpacker === undefined)
    throw new HttpProblem(415, {
      code: "CONTENT_ENCODING_UNSUPPORTED",
      message: "the body may be packed with gzip or deflate.",
    });
  return unpacker(body, { maxOutputLength: limit }).catch((error: { code?: string }) => {
    if (error.code !== "ERR_BUFFER_TOO_LARGE") throw badRequest(`the body can't be unpacked as ${encoding}.`);
    throw new HttpProblem(413, {
      code: "BODY_TOO_LARGE",
      message: `unpacked, the body has more than ${limit / 1e6} MB.`,
    });
  });
}

const rowsOutside = (rows: number, most: number): HttpProblem =>
  rows === 0
    ? badRequest("there are no rows in the inputs.")
    : new HttpProblem(413, {
        code: "TOO_MANY_ROWS",
        message: `a request may ask for ${most} rows, and these are ${rows}.`,
      });

function send(response: ServerResponse, { json, binary }: InferResponse): void {
  if (response.destroyed) return;
  const headers = binary
    ? { "content-type": "application/octet-stream", "inference-header-content-length": json.length }
    : { "content-type": "application/json" };
  const body = binary ? Buffer.concat([json, binary]) : json;
  response.writeHead(200, { ...headers, "content-length": body.length });
  response.end(body);
}

function refuse(log: Log, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const path = request.url!.split("?")[0]!;
  const { status, body } = v2Error(error, path);
  if (status === 500) log.error("a request failed", { path, status, ...errorFields(error) });
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...{ "content-type": "application/json", "content-length": Buffer.byteLength(text) },
    ...(status === 503 && { "retry-after": "1" }),
    // What is left of a body that was not read to its end can't be told from the next request.
    ...(!request.complete && { connection: "close" }),
  });
  response.end(text);
}
