import type { Socket } from "node:net";
import type { Driver } from "./driver.js";

const HEARTBEAT_SECONDS = 10;
const CONNECT_TIMEOUT_MS = 10_000;

/** RabbitMQ, 3.10 up to 4.x. */
export function amqplibDriver({ url, name }: { url: string; name: string }): Driver {
  const address = withHeartbeat(url);
  return {
    async connect(role) {
      const clientProperties = { connection_name: `${name} ${role}` };
      const options = { noDelay: true, keepAlive: true, timeout: CONNECT_TIMEOUT_MS, clientProperties };
      const { default: amqplib } = await import("amqplib");
      const connection = await amqplib.connect(address, options);
      writeInBatches((connection.connection as { stream?: Socket }).stream);
      return connection;
    },
  };
}

function withHeartbeat(url: string): string {
  const address = new URL(url);
  if (!address.searchParams.has("heartbeat")) address.searchParams.set("heartbeat", String(HEARTBEAT_SECONDS));
  return address.href;
}

// amqplib writes each frame by itself, which is a system call a message: corked for the tick, all of a tick's go in one.
function writeInBatches(socket: Socket | undefined): void {
  if (!socket) return;
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean;
  socket.write = (...given: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(...given);
  };
}
