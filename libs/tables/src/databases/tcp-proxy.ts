import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands between a reader and its server in tests, to be the network that fails. */
export interface TcpProxy {
  readonly url: string;
  /** Lets so many bytes of the server pass, and then cuts, or says nothing more. */
  limit(bytes: number, then: "cut" | "silence"): void;
  close(): Promise<void>;
}

/** `first` changes what the server says first on each connection. */
export async function openTcpProxy(target: string, first = (bytes: Buffer): Buffer => bytes): Promise<TcpProxy> {
  const { hostname, port, href } = new URL(target);
  const sockets = new Set<Socket>();
  let left = Infinity;
  let then: "cut" | "silence" = "cut";
  const server = createServer((inbound) => {
    const outbound = connect(Number(port), hostname);
    for (const socket of [inbound, outbound]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => [inbound, outbound].forEach((each) => each.destroy()));
    }
    inbound.pipe(outbound);
    outbound.once("data", (bytes) => {
      pass(inbound, first(bytes));
      outbound.on("data", (more) => pass(inbound, more));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port: own } = server.address() as { port: number };

  function pass(inbound: Socket, bytes: Buffer): void {
    left -= bytes.length;
    if (left > 0) inbound.write(bytes);
    else if (then === "cut") inbound.destroy();
  }

  return {
    url: href.replace(`${hostname}:${port}`, `127.0.0.1:${own}`),
    limit: (bytes, what) => void ([left, then] = [bytes, what]),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
