import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeServer {
  trackingUri: string;
  /** Method and path of every request, in the order in which they came. */
  requests: string[];
  headers: IncomingMessage["headers"][];
  close(): Promise<void>;
}

/** For failures that a real server can't be asked to make. The answers are used up one by one; the last one stays. */
export async function fakeServer(...answers: RequestListener[]): Promise<FakeServer> {
  const requests: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    request.resume();
    answers[Math.min(requests.length, answers.length) - 1]!(request, response);
  });
  return { trackingUri: await listen(server), requests, headers, close: () => closed(server) };
}

export const answering =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  };

export const neverAnswering: RequestListener = () => {};

export const hangingUp: RequestListener = (request) => {
  request.socket.destroy();
};

/** An address at which nobody listens. */
export async function nobodysAddress(): Promise<string> {
  const server = createServer();
  const address = await listen(server);
  await closed(server);
  return address;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
