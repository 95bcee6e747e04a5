import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTracking } from "@millrace/tracking";
import { runCli } from "./run-cli.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "push-"));
});
afterEach(() => rm(dir, { recursive: true }));

async function push(args: readonly string[], environment: Record<string, string> = {}) {
  const said = { out: "", err: "" };
  const io = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    ...{ terminal: false, environment, cwd: dir },
  };
  return { exit: await runCli(["mlflow", "push", ...args], io), ...said };
}

const ran = async (): Promise<void> => {
  const tracking = await openTracking({ dir: join(dir, ".millrace/tracking") });
  await tracking.openRun({ key: "run-1", experiment: "churn", name: "train" });
};

test("without a server it says how to name one", async () => {
  expect(await push([])).toMatchObject({ exit: 2, err: expect.stringContaining("--to http://…") });
});

test("where nothing was tracked it says where it looked", async () => {
  const { exit, err } = await push(["--to", "http://127.0.0.1:1"]);
  expect(exit).toBe(1);
  expect(err).toContain(join(dir, ".millrace/tracking"));
});

test("a server that is not there has an exit code of its own, and the command may be given again", async () => {
  await ran();
  const nobody = createServer();
  await new Promise<void>((ready) => nobody.listen(0, "127.0.0.1", ready));
  const uri = `http://127.0.0.1:${(nobody.address() as AddressInfo).port}`;
  await new Promise((done) => nobody.close(done));
  const { exit, err } = await push([], { MLFLOW_TRACKING_URI: uri });
  expect(exit).toBe(5);
  expect(err).toContain(`No MLflow server can be reached at ${uri}`);
  expect(err).toMatch(/^MLFLOW_UNAVAILABLE: .* it goes on\.$/m);
});

describe("a server that refuses who asks", () => {
  let server: Server;
  let authorization: string | undefined;
  beforeEach(async () => {
    server = createServer((request, response) => {
      ({ authorization } = request.headers);
      response.writeHead(401).end("You are not authenticated.");
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  });
  afterEach(() => new Promise((done) => server.close(done)));

  test("is told apart from one that is not there, and was given the credentials of the environment", async () => {
    await ran();
    const environment = { MLFLOW_TRACKING_USERNAME: "ada", MLFLOW_TRACKING_PASSWORD: "secret" };
    const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { exit, err } = await push(["--to", to], environment);
    expect({ exit, err }).toEqual({ exit: 1, err: expect.stringContaining("MLFLOW_UNAUTHENTICATED") });
    expect(authorization).toBe(`Basic ${Buffer.from("ada:secret").toString("base64")}`);
  });
});
