// Passes TCP connections on: node relay.mjs LISTEN=TARGET … with LISTEN and TARGET as host:port.
// As a host it also takes the name of a network interface ("docker0"), which stands for its IPv4 address.
import { connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";

const split = (address) => {
  const [, host, port] = /^(.*):(\d+)$/.exec(address);
  return { host, port: Number(port) };
};

const addressOf = (host) => networkInterfaces()[host]?.find(({ family }) => family === "IPv4")?.address ?? host;

function relay(pair) {
  const [from, to] = pair.split("=").map(split);
  const server = createServer((caller) => {
    const called = connect({ ...to, host: addressOf(to.host) });
    for (const [one, other] of [
      [caller, called],
      [called, caller],
    ]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
      one.setNoDelay(true).pipe(other);
    }
  });
  server.listen({ ...from, host: addressOf(from.host) }, () => console.log(`${pair} ready`));
}

process.argv.slice(2).forEach(relay);
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
