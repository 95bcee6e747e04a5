import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express, type RequestHandler } from "express";
import { createApp, observeRequests } from "./http-server.js";
import { openMetrics } from "./metrics.js";

const answers: Record<string, RequestHandler> = {
  "/object": (_request, response) => void response.json({ name: "Müller", list: [1, null] }),
  "/text": (_request, response) => void response.json("a"),
  "/null": (_request, response) => void response.json(null),
  "/nothing": (_request, response) => void response.json(undefined),
  "/created": (_request, response) => void response.status(201).json({}),
  "/empty": (_request, response) => void response.status(204).json({}),
  "/unchanged": (_request, response) => void response.status(304).json({}),
  "/problem": (_request, response) => void response.type("application/problem+json").json({ code: "A" }),
};

async function served(app: Express): Promise<{ server: Server; url: string }> {
  for (const [path, handler] of Object.entries(answers)) app.get(path, handler);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const metrics = openMetrics();
let ours: { server: Server; url: string };
let theirs: { server: Server; url: string };
beforeAll(async () => {
  ours = await served(createApp().use(observeRequests("sides", metrics)));
  theirs = await served(express().disable("etag").disable("x-powered-by"));
});
afterAll(() => [ours, theirs].forEach(({ server }) => server.close()));

async function seen(url: string, method: string) {
  const response = await fetch(url, { method });
  const headers = [...response.headers].filter(([name]) => name !== "date");
  return { status: response.status, headers, text: await response.text() };
}

describe("an app of ours", () => {
  it.each(Object.keys(answers))("answers JSON as Express does: %s", async (path) => {
    for (const method of ["GET", "HEAD"])
      expect(await seen(ours.url + path, method)).toEqual(await seen(theirs.url + path, method));
  });

  it("counts each request under its route, method and status", async () => {
    metrics.httpSeconds.reset();
    for (const path of ["/object", "/object", "/created", "/nowhere"]) await fetch(ours.url + path);
    const { values } = await metrics.httpSeconds.get();
    const counted = values.filter(({ metricName }) => metricName?.endsWith("_count"));
    expect(counted.map(({ labels, value }) => [labels.route, labels.status, value]).sort()).toEqual([
      ["/created", "201", 1],
      ["/object", "200", 2],
      ["none", "404", 1],
    ]);
  });
});
