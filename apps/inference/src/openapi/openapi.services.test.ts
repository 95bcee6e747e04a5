import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { call, until } from "@millrace/testing";
import { deployTo, modelWith, startReplica } from "../inference-for-test.js";

const checks = [
  ...["not_a_server_error", "status_code_conformance", "content_type_conformance"],
  "response_schema_conformance",
];

it("answers as its OpenAPI document says, to whatever that document allows and does not", async () => {
  const replica = await startReplica();
  const folder = await mkdtemp(join(tmpdir(), "schemathesis-"));
  try {
    await deployTo(replica, modelWith(0));
    await until("the model to serve", async () => (await call(`${replica.url}/models/sides`)).status === 200);
    const wanted = ["--checks", checks.join(","), "--max-examples", "60", "--seed", "7", "--no-color"];
    // It leaves its examples in the folder it is called in.
    const said = await promisify(execFile)(
      process.env.SCHEMATHESIS!,
      ["run", `${replica.url}/openapi.json`, ...wanted],
      {
        ...{ cwd: folder, timeout: 240_000, maxBuffer: 64 << 20 },
      },
    ).catch((error: { stdout?: string; stderr?: string }) => ({ stdout: `FAILED\n${error.stdout}\n${error.stderr}` }));
    expect(said.stdout).not.toContain("FAILED");
    expect((await call(`${replica.url}/models/sides`)).status).toBe(200);
  } finally {
    await rm(folder, { recursive: true });
    await replica.stop();
  }
}, 300_000);
