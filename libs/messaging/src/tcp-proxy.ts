import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Stands between a bus and its broker in tests, to be the network that fails. */
export interface TcpProxy {
  readonly url: string;
  /** Cuts all connections; new ones are accepted. */
  cut(): void;
  /** Cuts all connections and refuses new ones, as a broker that is down does. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Swallows what passes, without a word, until it is cut. */
  swallow(): void;
}

export async function openTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port, href } = new URL(target);
  const sockets = new Set<Socket>();
  let server = listen(0);
  await once(server, "listening");
  const { port: ownPort } = server.address() as { port: number };
  const url = href.replace(`${hostname}:${port}`, `127.0.0.1:${ownPort}`);
  return { url, cut, down, up, swallow };

  function listen(on: number): Server {
    return createServer((inbound) => pass(inbound, connect(Number(port), hostname))).listen(on, "127.0.0.1");
  }

  function pass(inbound: Socket, outbound: Socket): void {
    for (const socket of [inbound, outbound]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => (inbound.destroy(), outbound.destroy(), sockets.delete(socket)));
    }
    inbound.pipe(outbound);
    outbound.pipe(inbound);
  }

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  async function down(): Promise<void> {
    const closed = once(server, "close");
    server.close();
    cut();
    await closed;
  }

  async function up(): Promise<void> {
    server = listen(ownPort);
    await once(server, "listening");
  }

  function swallow(): void {
    for (const socket of sockets) socket.unpipe().resume();
  }
}
