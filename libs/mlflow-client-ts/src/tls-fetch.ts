import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { TlsOptions } from "./environment.js";

/** `fetch` for https with certificates of one's own: the global one cannot be told any. It follows no redirects. */
export function tlsFetch(tls: TlsOptions): typeof fetch {
  const agent = new Agent({ ...tls, ca: tls.ca === undefined ? undefined : [tls.ca].flat(), keepAlive: true });
  return (url, init = {}) =>
    new Promise((resolve, reject) => {
      const { method, headers, signal } = init;
      const options = { agent, method, headers: Object.fromEntries(new Headers(headers)) };
      const sent = request(new URL(String(url)), options, (answer) => resolve(responseOf(answer)));
      const abort = () => sent.destroy(signal!.reason as Error);
      if (signal?.aborted) abort();
      signal?.addEventListener("abort", abort, { once: true });
      sent.on("error", (error) => reject(signal?.aborted ? signal.reason : error));
      sent.on("close", () => signal?.removeEventListener("abort", abort));
      writeTo(sent, init.body);
    });
}

function writeTo(sent: ReturnType<typeof request>, body: unknown): void {
  if (body === undefined || body === null) sent.end();
  else if (typeof body === "string" || body instanceof Uint8Array) sent.end(body);
  else
    Readable.from(body as AsyncIterable<Uint8Array>)
      .on("error", (error) => sent.destroy(error))
      .pipe(sent);
}

const NO_BODY = new Set([204, 205, 304]);

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 500, headers } = answer;
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  if (NO_BODY.has(status)) answer.resume();
  const body = NO_BODY.has(status) ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
  return new Response(body, { status, headers: pairs });
}
