import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMlflowClient } from "./index.js";

let dir: string;
let server: Server;
let asked: { call: string; json?: unknown; authorization?: string }[];
let stored: Map<string, string>;
let broken: boolean;

/** MLflow's three calls for uploads in parts, and the store that takes the parts. */
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "parts-"));
  [asked, stored, broken] = [[], new Map(), false];
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { authorization, host } = request.headers;
    if (request.url!.startsWith("/store/")) {
      if (broken) return void response.writeHead(403).end("expired");
      stored.set(request.url!, body);
      asked.push({ call: request.url!, ...(authorization && { authorization }) });
      return void response.setHeader("etag", `"${body.length}"`).end();
    }
    asked.push({ call: request.url!, json: JSON.parse(body) });
    const { num_parts = 0 } = JSON.parse(body) as { num_parts?: number };
    const credentials = Array.from({ length: num_parts }, (_, at) => ({
      ...{ url: `http://${host}/store/${at + 1}`, part_number: at + 1, headers: {} },
    }));
    response.end(JSON.stringify(num_parts > 0 ? { upload_id: "u", credentials } : {}));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(dir, { recursive: true });
});

const upload = async (content: string) => {
  await writeFile(join(dir, "file"), content);
  const trackingUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createMlflowClient({ trackingUri, auth: { token: "t0k" }, retry: { tries: 1 } });
  const uri = "mlflow-artifacts:/1/r/artifacts";
  return client.artifacts.uploadFileInParts(uri, "models/big one.bin", join(dir, "file"), { partBytes: 4, atOnce: 2 });
};

test("a file goes to the store in parts, which are put together in their order", async () => {
  expect(await upload("aaaabbbbc")).toBe(true);
  const sent = [...stored].sort().map(([, part]) => part);
  expect(sent).toEqual(["aaaa", "bbbb", "c"]);
  expect(asked[0]).toEqual({
    call: "/api/2.0/mlflow-artifacts/mpu/create/1/r/artifacts/models",
    json: { path: "big one.bin", num_parts: 3 },
  });
  expect(asked.at(-1)).toMatchObject({
    call: "/api/2.0/mlflow-artifacts/mpu/complete/1/r/artifacts/models",
    json: { upload_id: "u", parts: ['"4"', '"4"', '"1"'].map((etag, at) => ({ part_number: at + 1, etag })) },
  });
});

test("the store is sent no credentials of ours", async () => {
  await upload("aaaabbbb");
  expect(asked.filter(({ call }) => call.startsWith("/store/"))).toEqual([{ call: "/store/1" }, { call: "/store/2" }]);
});

test("an empty file is one empty part", async () => {
  await upload("");
  expect([...stored]).toEqual([["/store/1", ""]]);
});

test("what the store refuses is given up on the server, and said", async () => {
  broken = true;
  await expect(upload("aaaabbbb")).rejects.toMatchObject({ status: 403 });
  const abort = { call: "/api/2.0/mlflow-artifacts/mpu/abort/1/r/artifacts/models" };
  expect(asked.at(-1)).toMatchObject({ ...abort, json: { path: "big one.bin", upload_id: "u" } });
});
