import express, { type Response } from "express";
import type { AddressInfo } from "node:net";
import http, { type IncomingMessage, type Server } from "node:http";
import { openEventStreams, type EventStream } from "./event-stream.js";
import { eventually } from "./gateway-for-test.js";

describe("an event stream", () => {
  let server: Server;
  let opened: { stream: EventStream; response: Response } | undefined;
  const streams = openEventStreams(() => {}, 20);

  beforeAll(async () => {
    const app = express();
    app.get("/", (_request, response) => void (opened = { stream: streams.open(response), response }));
    server = app.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
  });
  afterAll(async () => {
    streams.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function connect() {
    opened = undefined;
    const { port } = server.address() as AddressInfo;
    const incoming = await new Promise<IncomingMessage>((resolve) => http.get({ port, host: "127.0.0.1" }, resolve));
    return { incoming, ...(await eventually("the stream", async () => opened)) };
  }

  it("keeps only the last state of each run for a client that reads slowly", async () => {
    const { incoming, stream, response } = await connect();
    const padding = "x".repeat(1_000);
    let most = 0;
    for (let change = 0; change < 20_000; change++) {
      stream.send({ event: "run", data: { change, padding }, key: `run/${change % 10}` });
      most = Math.max(most, response.writableLength);
    }
    expect(most).toBeLessThan(300_000);
    let text = "";
    incoming.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const isThere = (change: number) => text.includes(`{"change":${change},`);
    await eventually("the last states", async () => isThere(19_990) && isThere(19_999));
    expect(isThere(15_000)).toBe(false);
    stream.end();
    await eventually("the end", async () => incoming.complete);
  });

  it("sends heartbeats while nothing happens", async () => {
    const { incoming } = await connect();
    let text = "";
    incoming.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await eventually("two heartbeats", async () => text.includes(":\n\n:\n\n"));
    incoming.destroy();
  });

  it("drops a client for which too many runs pile up", async () => {
    const { incoming, stream, response } = await connect();
    incoming.on("error", () => {});
    for (let run = 0; run < 10_000; run++) {
      stream.send({ event: "run", data: "x".repeat(5_000), key: `run/${run}` });
    }
    await eventually("the client to be dropped", async () => response.destroyed);
    incoming.destroy();
  });
});
