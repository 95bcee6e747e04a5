import { STATUS_CODES, type Server, type ServerOptions } from "node:http";
import type { Duplex } from "node:stream";
import { HttpProblem, problemJson } from "../http-problem.js";
import type { ServerSettings } from "./settings.js";
import { watchTransfers } from "./slow-transfers.js";

/** How much a server takes of one caller: node's own limits. */
export const limitOptions = (settings: ServerSettings): ServerOptions => ({
  maxHeaderSize: settings.HTTP_MAX_HEADER_BYTES,
  headersTimeout: settings.HTTP_HEADERS_SECONDS * 1000,
  keepAliveTimeout: settings.HTTP_KEEP_ALIVE_SECONDS * 1000,
  // A body may be long; how slow it may be is watched by watchTransfers.
  requestTimeout: 0,
  connectionsCheckingInterval: Math.min(5_000, settings.HTTP_HEADERS_SECONDS * 500),
  requireHostHeader: true,
});

/** What a caller reads who sent no HTTP, too many headers, or nothing for too long; then the connection is closed. */
const refusals: Record<string, HttpProblem> = {
  HPE_HEADER_OVERFLOW: refusal(431, "HEADERS_TOO_LARGE", "the headers are too large.", "Send less of them."),
  ERR_HTTP_REQUEST_TIMEOUT: refusal(408, "REQUEST_TOO_SLOW", "the request took too long to arrive.", "Send it again."),
};
const malformed = refusal(400, "REQUEST_MALFORMED", "this is not HTTP.", "Send a request as RFC 9112 says.");

function refusal(status: number, code: string, message: string, remedy: string): HttpProblem {
  return new HttpProblem(status, { code, message, remedy });
}

export function limitServer(server: Server, settings: ServerSettings): void {
  server.maxConnections = settings.HTTP_MAX_CONNECTIONS;
  server.maxRequestsPerSocket = settings.HTTP_REQUESTS_PER_CONNECTION;
  server.maxHeadersCount = 200;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    closeWith(socket, refusals[error.code ?? ""] ?? malformed);
  });
  watchTransfers(server, { bytesPerSecond: settings.HTTP_BODY_BYTES_PER_SECOND });
}

function closeWith(socket: Duplex, problem: HttpProblem): void {
  const body = JSON.stringify(problemJson(problem).body);
  const { status } = problem;
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, "connection: close", "x-content-type-options: nosniff"];
  const type = ["content-type: application/problem+json", `content-length: ${Buffer.byteLength(body)}`];
  socket.end([...head, ...type, "", body].join("\r\n"), () => socket.destroy());
}
