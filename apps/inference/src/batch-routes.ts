import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorFields, HttpProblem, type Log } from "@millrace/service";
import type { Answerer } from "./answer.js";
import type { Asked } from "./asked.js";
import { askedBy } from "./asked.js";
import { readCsv } from "./batch-csv.js";
import { chooseFormat, kindOfBody, type BodyKind } from "./batch-kinds.js";
import type { Decimal } from "./csv-cells.js";
import { fileOfForm } from "./batch-multipart.js";
import { readNdjson } from "./batch-ndjson.js";
import { openBatchOutput } from "./batch-output.js";
import { answerWhole } from "./batch-whole.js";
import { streamBatch } from "./batch-stream.js";
import type { First } from "./hot-routes.js";
import { readOut } from "./read-body.js";
import { askerOf, modelInPath, predictionWanted } from "./refused-requests.js";
import { isOurs, sendProblem } from "./respond.js";

export interface BatchRoutesParts {
  answerer: Answerer;
  limits: { readonly rows: number; readonly bytes: number };
  /** After so many wrong rows a stream is given up. */
  errors: number;
  log: Log;
}

const path = /^\/models\/([^/?]+)\/predict\/batch(?:\?(.*))?$/;

/** POST /models/{model}/predict/batch: rows in, answers out, as they come. */
export function openBatchRoutes(parts: BatchRoutesParts): First {
  return (request, response) => {
    const found = request.method === "POST" ? path.exec(request.url!) : null;
    if (found === null) return false;
    void answerBatch(parts, request, response, found).catch(async (error: unknown) => {
      parts.answerer.refused({ ...predictionWanted(request), ...askerOf(request) }, error);
      if (!response.headersSent) await readOut(request);
      fail(parts, request, response, error);
    });
    return true;
  };
}

async function answerBatch(
  parts: BatchRoutesParts,
  request: IncomingMessage,
  response: ServerResponse,
  [, name, query = ""]: RegExpExecArray,
): Promise<void> {
  const asked = askedBy(request, modelInPath(name!), query);
  const kind = kindOfBody(request.headers["content-type"]);
  if (kind === "json") await answerWhole(parts, request, response, asked);
  else await answerStream(parts, request, response, asked, { kind, decimal: decimalOf(query) });
}

async function answerStream(
  { answerer, errors }: BatchRoutesParts,
  request: IncomingMessage,
  response: ServerResponse,
  asked: Asked,
  { kind, decimal }: { kind: Exclude<BodyKind, "json">; decimal: Decimal },
): Promise<void> {
  const rows = answerer.rows(asked);
  const isCsv = kind === "csv" || kind === "form";
  const format = chooseFormat(request.headers.accept, isCsv ? "csv" : "ndjson", rows.served);
  const reader = isCsv ? readCsv(rows.served.model.features, decimal) : readNdjson(rows.served.model.features);
  response.setHeader("content-type", format.type);
  response.setHeader("x-model-version", rows.served.version);
  const output = openBatchOutput(response);
  try {
    await streamBatch(bytesOf(request, kind), { rows, reader, format, output, errors, quotes: isCsv });
  } finally {
    await output.close();
  }
}

function decimalOf(query: string): Decimal {
  const decimal = new URLSearchParams(query).get("decimal") ?? "point";
  if (decimal === "point" || decimal === "comma") return decimal === "comma" ? "," : ".";
  throw new HttpProblem(400, { code: "QUERY_INVALID", where: "?decimal", message: "it is either point or comma." });
}

function bytesOf(request: IncomingMessage, kind: BodyKind): AsyncIterable<Buffer> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip") {
    throw new HttpProblem(415, { code: "CONTENT_ENCODING_UNSUPPORTED", message: "a stream may be packed with gzip." });
  }
  // A refusal in the middle has to go back on the same socket.
  const packed = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  const bytes = encoding === "gzip" ? unpacked(packed) : packed;
  return kind === "form" ? fileOfForm(bytes, request.headers["content-type"]!) : bytes;
}

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* Readable.from(packed).compose(createGunzip()) as AsyncIterable<Buffer>;
  } catch (error) {
    if (!String((error as { code?: string }).code).startsWith("Z_")) throw error;
    throw new HttpProblem(400, { code: "BODY_MALFORMED", message: "the body can't be unpacked as gzip." });
  }
}

/** Before the first answer it is a problem of its own; after it the stream ends in the middle, so that nobody takes it for whole. */
function fail({ log }: BatchRoutesParts, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (request.destroyed && !request.complete) return void response.destroy();
  const where = request.url!.split("?")[0]!;
  if (response.headersSent) {
    log.error("a stream of predictions broke off", { path: where, ...errorFields(error) });
    return void response.destroy();
  }
  const status = sendProblem(response, error, where);
  if (isOurs(error)) log.error("a request failed", { path: where, status, ...errorFields(error) });
}
