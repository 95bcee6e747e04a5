import amqplib from "amqplib";
import type { Driver } from "./driver.js";

const HEARTBEAT_SECONDS = 10;
const CONNECT_TIMEOUT_MS = 10_000;

/** RabbitMQ, 3.10 up to 4.x. */
export function amqplibDriver({ url, name }: { url: string; name: string }): Driver {
  const address = withHeartbeat(url);
  return {
    connect: (role) =>
      amqplib.connect(address, {
        noDelay: true,
        keepAlive: true,
        timeout: CONNECT_TIMEOUT_MS,
        clientProperties: { connection_name: `${name} ${role}` },
      }),
  };
}

function withHeartbeat(url: string): string {
  const address = new URL(url);
  if (!address.searchParams.has("heartbeat")) address.searchParams.set("heartbeat", String(HEARTBEAT_SECONDS));
  return address.href;
}
