import http from "node:http";
import { ProblemError, Retry } from "@millrace/contracts";
import { call } from "@millrace/testing";
import { startServer, type ServerForTest } from "./access/server-for-test.js";
import { HttpProblem } from "./http-problem.js";
import { listen } from "./http-server.js";
import type { Log } from "./log.js";

const lines: string[] = [];
const log = { error: (message: string) => lines.push(message) } as unknown as Log;

let server: ServerForTest;
/** Whether what came in had express's prototype before express saw it. */
let readyMade: boolean[] = [];

beforeAll(async () => {
  server = await startServer({
    log,
    environment: { MILLRACE_API_KEY: "a key of enough length" },
    first(request, response) {
      const { app } = server;
      readyMade = [Object.getPrototypeOf(request) === app.request, Object.getPrototypeOf(response) === app.response];
      return false;
    },
    routes(app) {
      app.get("/open", (request, response) => {
        response.json({ query: request.query.a });
      });
      app.post("/echo", (request, response) => void response.json(request.body));
      app.get("/problem", () => {
        throw new ProblemError({ code: "WRONG", message: "this was wrong.", remedy: "Do it right.", where: "there" });
      });
      app.get("/teapot", () => {
        throw new HttpProblem(418, { code: "TEAPOT", message: "short and stout." });
      });
      app.get("/outage", () => {
        throw new Retry({ code: "RECORDS_UNAVAILABLE", message: "the records are down." }, { dependency: "records" });
      });
      app.get("/bug", () => {
        throw new Error("the password is 1234");
      });
    },
  });
});

afterAll(() => server.stop());

const key = { "x-api-key": "a key of enough length" };
const get = (path: string, headers: Record<string, string> = key) => call(`${server.url}${path}`, undefined, headers);

describe("the HTTP server", () => {
  it("gives express requests that have its prototype from the start", async () => {
    expect(await get("/open?a=1")).toEqual({ status: 200, body: { query: "1" } });
    expect(readyMade).toEqual([true, true]);
  });

  it("answers a problem as problem JSON, with its code, place and remedy", async () => {
    const { status, body } = await get("/problem");
    expect(status).toBe(400);
    expect(body).toMatchObject({
      title: "WRONG",
      code: "WRONG",
      detail: "this was wrong.",
      where: "there",
      remedy: "Do it right.",
      instance: "/problem",
    });
  });

  it("keeps the status of a problem that has one, and says 503 with Retry-After in an outage", async () => {
    expect((await get("/teapot")).status).toBe(418);
    const response = await fetch(`${server.url}/outage`, { headers: key });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  });

  it("logs what went wrong inside, and does not tell it", async () => {
    const { status, body } = await get("/bug");
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("1234");
    expect(lines).toContain("a request failed");
  });

  it("asks for the key, and takes it as x-api-key or as a bearer token", async () => {
    expect((await get("/problem", {})).status).toBe(401);
    expect((await get("/problem", { "x-api-key": "another key" })).status).toBe(401);
    expect((await get("/problem", { authorization: "Bearer a key of enough length" })).status).toBe(400);
  });

  it("answers what is no JSON, too large or not there with what to do", async () => {
    expect(await call(`${server.url}/echo`, "{", key)).toMatchObject({
      status: 400,
      body: { code: "REQUEST_MALFORMED" },
    });
    expect(await call(`${server.url}/echo`, { a: "x".repeat(2_000_000) }, key)).toMatchObject({
      status: 413,
      body: { code: "BODY_TOO_LARGE" },
    });
    expect(await get("/nowhere")).toMatchObject({
      status: 404,
      body: { code: "ROUTE_UNKNOWN", where: "GET /nowhere" },
    });
  });

  it("says which port is taken, and what to do", async () => {
    await expect(listen(http.createServer(), server.port, "127.0.0.1")).rejects.toThrow(
      /something else listens there.*GATEWAY_PORT/,
    );
  });
});
