import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What happens to a call: it passes; it is cut before the server sees it; the server does it and its answer is lost, or
 * comes as an error.
 */
export type Fault = "pass" | "cut" | "lose-answer" | "error-after";

export interface FaultProxy {
  readonly uri: string;
  /** Asked for every call. */
  fault: (call: string) => Fault;
  /** Calls that came, in their order. */
  readonly calls: string[];
  /** Nobody listens any more; and again, on the same port. */
  down(): Promise<void>;
  up(): Promise<void>;
}

/** A proxy in front of a real server, for failures that the server cannot be asked to make. */
export async function openFaultProxy(target: string): Promise<FaultProxy> {
  let server: Server | undefined;
  let port = 0;
  const calls: string[] = [];

  const answer = (incoming: IncomingMessage, response: ServerResponse): void => {
    const call = `${incoming.method} ${incoming.url}`;
    calls.push(call);
    const fault = proxy.fault(call);
    if (fault === "cut") return void incoming.socket.destroy();
    forward(target, incoming, response, fault);
  };

  async function up(): Promise<void> {
    server = createServer(answer);
    await new Promise<void>((ready) => server!.listen(port, "127.0.0.1", ready));
    port = (server.address() as AddressInfo).port;
  }

  async function down(): Promise<void> {
    const closing = new Promise((done) => (server ? server.close(done) : done(undefined)));
    server?.closeAllConnections();
    await closing;
    server = undefined;
  }

  await up();
  const proxy: FaultProxy = { uri: `http://127.0.0.1:${port}`, fault: () => "pass", calls, up, down };
  return proxy;
}

function forward(target: string, incoming: IncomingMessage, response: ServerResponse, fault: Fault): void {
  const to = new URL(incoming.url!, target);
  const headers = { ...incoming.headers, host: to.host };
  const sent = request(to, { method: incoming.method, headers }, async (answer) => {
    if (fault === "pass") return void answer.pipe(response.writeHead(answer.statusCode!, answer.headers));
    // All of it: the server has done its work.
    await answer.toArray();
    if (fault === "lose-answer") incoming.socket.destroy();
    else
      response.writeHead(500).end(JSON.stringify({ error_code: "INTERNAL_ERROR", message: "after the work was done" }));
  });
  sent.on("error", () => incoming.socket.destroy());
  incoming.pipe(sent);
}
