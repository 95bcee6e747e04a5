import net from "node:net";
import { until } from "@millrace/testing";
import { openRefuser } from "./refuse.js";
import { overloaded } from "./refusals.js";
import { rawExchange, startServer, type ServerForTest } from "./server-for-test.js";

/** A server that refuses whatever it is asked, with a clock that stands still until it is set. */
async function refusingServer() {
  let now = 0;
  const refuser = openRefuser(() => now);
  const server = await startServer({
    first(request, response) {
      refuser.refuse(request, response, overloaded);
      return true;
    },
  });
  const stop = async () => {
    refuser.stop();
    await server.stop();
  };
  return { server, stop, forward: (ms: number) => (now += ms) };
}

const post = (body = "") =>
  `POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

async function refusedAtOnce(server: ServerForTest): Promise<void> {
  for (let count = 0; count < 300; count += 1) {
    const response = await fetch(`${server.url}/predict`, { method: "POST", body: "{}" });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.json()).toMatchObject({ code: "OVERLOADED", status: 503 });
  }
}

describe("refusals", () => {
  it("are told at once while they are few; when they are many, they and who asked for them wait", async () => {
    const { server, stop, forward } = await refusingServer();
    await refusedAtOnce(server);
    let answered = false;
    const late = fetch(`${server.url}/predict`, { method: "POST" }).then(({ status }) => {
      answered = true;
      return status;
    });
    const looked = Date.now();
    await until("a while", () => Date.now() - looked > 100);
    expect(answered).toBe(false);
    forward(1000);
    expect(await late).toBe(503);
    await stop();
  });

  it("cut off who sends more while the first waits, and drop bodies instead of reading them", async () => {
    const { server, stop, forward } = await refusingServer();
    const large = await rawExchange(server.port, post("x".repeat(100_000)), /OVERLOADED/);
    expect(large).toMatch(/connection: close/i);
    for (let count = 1; count < 300; count += 1) await rawExchange(server.port, post(), /OVERLOADED/);
    const pushy = net.connect(server.port, "127.0.0.1", () => void pushy.write(post().repeat(3)));
    pushy.on("error", () => undefined);
    await until("it to be cut off", () => pushy.closed);
    forward(1000);
    expect(await rawExchange(server.port, post(), /OVERLOADED/)).toMatch(/^HTTP\/1.1 503/);
    await stop();
  });
});
