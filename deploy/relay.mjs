// Passes TCP connections on: node relay.mjs LISTEN=TARGET … with LISTEN and TARGET as host:port.
import { connect, createServer } from "node:net";

const split = (address) => {
  const [, host, port] = /^(.*):(\d+)$/.exec(address);
  return { host, port: Number(port) };
};

function relay(pair) {
  const [from, to] = pair.split("=").map(split);
  const server = createServer((caller) => {
    const called = connect(to);
    for (const [one, other] of [
      [caller, called],
      [called, caller],
    ]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
      one.setNoDelay(true).pipe(other);
    }
  });
  server.listen(from, () => console.log(`${pair} ready`));
}

process.argv.slice(2).forEach(relay);
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
