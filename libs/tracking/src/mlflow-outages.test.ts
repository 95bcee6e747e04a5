import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Retry } from "@millrace/contracts";
import { openTracking } from "./index.js";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

/** For failures that a real server can't be asked to make. */
async function trackingWith(answer: RequestListener | "nobody", clock?: () => Date) {
  const server = createServer(answer === "nobody" ? undefined : answer);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  if (answer === "nobody") await new Promise((done) => server.close(done));
  else servers.push(server);
  const mlflowClient = { timeoutMs: 50, transferTimeoutMs: 50, retry: { tries: 2, baseMs: 1 } };
  return openTracking({ mlflowTrackingUri: `http://127.0.0.1:${port}`, dir: "/nowhere", mlflowClient, clock });
}

const answering =
  (status: number, body: object | string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));

const run = { key: "k", experiment: "e", name: "n" };
const version = { key: "k", model: "m", runId: "r", experiment: "e", files: [], tags: {} };

test.each<[string, RequestListener | "nobody"]>([
  ["refuses connections", "nobody"],
  ["answers 500", answering(500, { error_code: "INTERNAL_ERROR", message: "database is locked" })],
  ["answers 503 with a proxy's page", answering(503, "<h1>unavailable</h1>")],
  ["keeps silent", () => {}],
])("a server that %s is an outage of mlflow, whatever was asked", async (_case, answer) => {
  const tracking = await trackingWith(answer);
  const asked = [
    tracking.openRun(run),
    tracking.logMetrics("r", [{ key: "a", value: 1 }]),
    tracking.logArtifact("r", "f", Uint8Array.of(1)),
    tracking.closeRun("r", "FINISHED"),
    tracking.registerVersion(version),
    tracking.tagVersion("m", "1", { a: "b" }),
    tracking.setAlias("m", "champion", "1"),
    tracking.getAlias("m", "champion"),
  ];
  for (const { status, ...outcome } of await Promise.allSettled(asked)) {
    expect(status).toBe("rejected");
    const { reason } = outcome as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(Retry);
    expect(reason).toMatchObject({ code: "MLFLOW_UNAVAILABLE", dependency: "mlflow" });
  }
  expect(await tracking.health()).toMatchObject({ name: "mlflow", up: false, detail: expect.any(String) });
});

test.each([
  [400, { error_code: "INVALID_PARAMETER_VALUE", message: "bad" }, "MLFLOW_INVALID_PARAMETER_VALUE"],
  [403, "Invalid Host header - possible DNS rebinding attack detected", "MLFLOW_HOST_NOT_ALLOWED"],
  [401, "no", "MLFLOW_UNAUTHENTICATED"],
  [404, "<h1>nothing</h1>", "MLFLOW_HTTP_404"],
])("an answer %i is a problem and no outage", async (status, body, code) => {
  const tracking = await trackingWith(answering(status, body));
  const thrown = await tracking.openRun(run).catch((error: unknown) => error);
  expect(thrown).not.toBeInstanceOf(Retry);
  expect(thrown).toMatchObject({ name: "ProblemError", code });
});

test("health says since when it is as it is", async () => {
  let now = 0;
  let status = 200;
  const tracking = await trackingWith(
    (_request, response) => void response.writeHead(status).end("OK"),
    () => new Date(++now),
  );
  expect(await tracking.health()).toEqual({ name: "mlflow", up: true, since: new Date(1) });
  expect(await tracking.health()).toEqual({ name: "mlflow", up: true, since: new Date(1) });
  status = 503;
  expect(await tracking.health()).toMatchObject({ up: false, since: new Date(2) });
  status = 200;
  expect(await tracking.health()).toEqual({ name: "mlflow", up: true, since: new Date(3) });
});
