import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { call, until } from "@millrace/testing";
import { deployTo, modelWith, startReplica } from "../inference-for-test.js";

const script = new URL("../../clients/v2_client.py", import.meta.url).pathname;

interface Heard extends Record<string, unknown> {
  readonly binary: { readonly labels: readonly string[]; readonly probabilities: readonly (readonly number[])[] };
  readonly packed: Heard["binary"];
}

it("is spoken to by an unmodified client from PyPI: health, metadata, infer as JSON, bytes and packed, repository", async () => {
  const replica = await startReplica();
  try {
    await deployTo(replica, modelWith(0));
    await until("the model to serve", async () => (await call(`${replica.url}/models/sides`)).status === 200);
    const address = replica.url.replace("http://", "");
    const { stdout } = await promisify(execFile)(process.env.CLIENTS_PYTHON!, [script, address], { timeout: 60_000 });
    const heard = JSON.parse(stdout) as Heard;
    expect(heard).toMatchObject({
      ...{ live: true, ready: true, model_ready: true, version_ready: true, no_model_ready: false },
      server: { name: "millrace" },
      model: { name: "sides", versions: ["1"] },
      index: [{ name: "sides", version: "1", state: "READY" }],
      ...{ json: "right", unloaded: false, loaded: true },
      unknown: expect.stringContaining("MODEL_UNKNOWN"),
    });
    expect(heard.binary.labels.slice(0, 2)).toEqual(["right", "left"]);
    expect(heard.packed.probabilities).toEqual(heard.binary.probabilities);
  } finally {
    await replica.stop();
  }
}, 120_000);
