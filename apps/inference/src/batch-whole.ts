import type { IncomingMessage, ServerResponse } from "node:http";
import type { PredictResponse } from "@millrace/contracts";
import type { Answerer } from "./answer.js";
import type { Asked } from "./asked.js";
import { chooseFormat } from "./batch-kinds.js";
import { plainRows } from "./plain-features.js";
import { readPredictBody } from "./predict-body.js";
import { parseJson, readBody } from "./read-body.js";
import { sendJson } from "./respond.js";
import type { ServedModel } from "./served-model.js";

export interface WholeParts {
  answerer: Answerer;
  limits: { readonly rows: number; readonly bytes: number };
}

/** One JSON body with all rows: either all of them are answered, or none is. */
export async function answerWhole(
  { answerer, limits }: WholeParts,
  request: IncomingMessage,
  response: ServerResponse,
  asked: Asked,
): Promise<void> {
  const bytes = await whole(request, limits.bytes);
  const body = readPredictBody(plainRows(bytes, limits.rows) ?? parseJson(bytes), limits);
  const rows = body.instances ?? [body.features];
  const keyed = { ...asked, key: asked.key ?? body.key };
  const accept = request.headers.accept;
  if (!/text\/html|text\/csv|ndjson|jsonl/i.test(accept ?? ""))
    return sendJson(response, answerer.manyText(keyed, rows));
  const answers = answerer.many(keyed, rows);
  sendFormatted(response, accept, rows, answers, answerer.rows({ ...asked, pin: answers[0]!.model_version }).served);
}

function sendFormatted(
  response: ServerResponse,
  accept: string | undefined,
  rows: readonly unknown[],
  answers: readonly PredictResponse[],
  served: ServedModel,
): void {
  const format = chooseFormat(accept, "ndjson", served);
  const names = served.model.features.map(({ name }) => name);
  const head = format.head(names);
  const lines = answers.slice(0, format.mostRows).map((answer, index) => {
    const cells = names.map((name, place) => textOf(cellOf(rows[index], name, place)));
    return format.answer({ line: index + 1, features: rows[index], cells }, answer);
  });
  const text = head + lines.join("") + format.tail(Math.max(0, rows.length - format.mostRows));
  response.writeHead(200, { "content-type": format.type, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

const cellOf = (row: unknown, name: string, place: number): unknown =>
  Array.isArray(row) ? row[place] : (row as Record<string, unknown>)[name];

const textOf = (cell: unknown): string => (cell === null || cell === undefined ? "" : String(cell as string | number));

const whole = (request: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    readBody(request, limit, (problem, body) => (problem === undefined ? resolve(body) : reject(problem)));
  });
