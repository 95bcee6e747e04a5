import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { answering, fakeServer, type FakeServer } from "./fake-server-for-test.js";
import { createMlflowClient, type MlflowClientOptions } from "./index.js";

const experiment = { experiment: { experiment_id: "7", name: "a", artifact_location: "x", lifecycle_stage: "active" } };
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("credentials of the environment", () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await fakeServer(answering(200, experiment));
  });
  afterEach(() => server.close());

  const sentWith = async (options: Partial<MlflowClientOptions>) => {
    await createMlflowClient({ trackingUri: server.trackingUri, ...options }).experiments.getByName("a");
    return server.headers[0]!.authorization;
  };
  const ada = { MLFLOW_TRACKING_USERNAME: "ada", MLFLOW_TRACKING_PASSWORD: "secret" };

  test.each([
    ["a name and a password", ada, basic("ada:secret")],
    ["a token", { MLFLOW_TRACKING_TOKEN: "t0k" }, "Bearer t0k"],
    ["a token before a name", { ...ada, MLFLOW_TRACKING_TOKEN: "t0k" }, "Bearer t0k"],
    ["nothing, of empty variables", { MLFLOW_TRACKING_USERNAME: "", MLFLOW_TRACKING_TOKEN: "" }, undefined],
  ])("%s", async (_case, environment, authorization) => {
    expect(await sentWith({ environment })).toBe(authorization);
  });

  test("those that are given, and those of the URI, come first", async () => {
    expect(await sentWith({ environment: ada, auth: { token: "given" } })).toBe("Bearer given");
    const trackingUri = server.trackingUri.replace("//", "//bea:b@");
    await createMlflowClient({ trackingUri, environment: ada }).experiments.getByName("a");
    expect(server.headers[1]!.authorization).toBe(basic("bea:b"));
  });
});

describe("a server with a certificate of its own", () => {
  const fixture = (name: string) => join(__dirname, "../fixtures", name);
  const certificate = fixture("localhost.pem");
  let server: Server;
  let bodies: string[];
  afterEach(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });

  async function listening(options: ServerOptions = {}): Promise<string> {
    const [cert, key] = await Promise.all([readFile(certificate), readFile(fixture("localhost.key.pem"))]);
    bodies = [];
    server = createServer({ cert, key, ...options }, async (request, response) => {
      bodies.push(Buffer.concat(await request.toArray()).toString());
      response.setHeader("content-type", "application/json").end(JSON.stringify(experiment));
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    return `https://localhost:${(server.address() as AddressInfo).port}`;
  }
  const retry = { tries: 1 };

  test("is refused unless it is trusted", async () => {
    const client = createMlflowClient({ trackingUri: await listening(), retry, environment: {} });
    await expect(client.experiments.getByName("a")).rejects.toMatchObject({
      code: "CERTIFICATE_NOT_TRUSTED",
      sent: false,
    });
    await expect(client.experiments.getByName("a")).rejects.toThrow("MLFLOW_TRACKING_SERVER_CERT_PATH");
  });

  test.each<[string, () => Promise<Partial<MlflowClientOptions>>]>([
    ["by `tls.ca`", async () => ({ tls: { ca: await readFile(certificate, "utf8") } })],
    ["by the environment", async () => ({ environment: { MLFLOW_TRACKING_SERVER_CERT_PATH: certificate } })],
    ["when nothing is checked", async () => ({ environment: { MLFLOW_TRACKING_INSECURE_TLS: "true" } })],
  ])("is trusted %s: texts, bytes and streams go there", async (_case, options) => {
    const client = createMlflowClient({ trackingUri: await listening(), retry, ...(await options()) });
    expect(await client.experiments.getByName("a")).toMatchObject({ experimentId: "7" });
    await client.runs.setTag("r", "k", "v");
    await client.artifacts.uploadFile("mlflow-artifacts:/1/r/artifacts", "f", certificate);
    expect(bodies).toEqual(["", '{"run_id":"r","key":"k","value":"v"}', await readFile(certificate, "utf8")]);
  });

  test("sees the client's own certificate", async () => {
    const both = fixture("localhost.pem");
    const [cert, key] = await Promise.all([readFile(both, "utf8"), readFile(fixture("localhost.key.pem"), "utf8")]);
    const trackingUri = await listening({ requestCert: true, rejectUnauthorized: true, ca: cert });
    const without = createMlflowClient({ trackingUri, retry, tls: { ca: cert } });
    await expect(without.experiments.getByName("a")).rejects.toMatchObject({ name: "MlflowError" });
    const client = createMlflowClient({ trackingUri, retry, tls: { ca: cert, cert, key } });
    expect(await client.experiments.getByName("a")).toMatchObject({ experimentId: "7" });
  });

  test("that keeps silent is a time-out", async () => {
    const trackingUri = await listening();
    server.removeAllListeners("request");
    const ca = await readFile(certificate, "utf8");
    const client = createMlflowClient({ trackingUri, retry, tls: { ca }, timeoutMs: 50 });
    await expect(client.experiments.getByName("a")).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  test("a certificate that is not there is an error at once", async () => {
    const trackingUri = await listening();
    const environment = { MLFLOW_TRACKING_SERVER_CERT_PATH: "/nowhere.pem" };
    expect(() => createMlflowClient({ trackingUri, environment })).toThrow("/nowhere.pem");
  });
});
