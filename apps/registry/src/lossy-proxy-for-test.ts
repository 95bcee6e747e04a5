import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface LossyProxy {
  /** The address, with this proxy in place of the server. */
  readonly url: string;
  /** How many answers were lost, or came as an error, after the server had done its work. */
  lost(): number;
  close(): Promise<void>;
}

interface Loss {
  /** From 0 to 1. */
  draw(): number;
  /** Of the pieces that come back from the server. */
  share: number;
}

const failed = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/**
 * Stands in front of any server that speaks over TCP. What is asked always arrives; some of what comes back is lost with the
 * connection, and half of that, where it is HTTP, comes as an error instead: execute, then fail.
 */
export async function openLossyProxy(target: string, { draw, share }: Loss): Promise<LossyProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let lost = 0;
  const server = createServer((client) => {
    const behind = connect(Number(port), hostname);
    const end = () => (client.destroy(), behind.destroy(), open.delete(client), open.delete(behind));
    for (const socket of [client, behind]) open.add(socket.on("error", end).on("close", end));
    client.pipe(behind);
    behind.on("data", (answer: Buffer) => {
      if (draw() >= share) return void client.write(answer);
      lost++;
      if (answer.subarray(0, 5).toString() === "HTTP/" && draw() < 0.5) client.end(failed, () => behind.destroy());
      else end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  async function close(): Promise<void> {
    const closed = new Promise((done) => server.close(done));
    for (const socket of open) socket.destroy();
    await closed;
  }
  return { url: url.toString(), lost: () => lost, close };
}
