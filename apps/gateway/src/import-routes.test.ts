import { importRequested, modelPromoted, ProblemError, stepDone, type DataOf } from "@millrace/contracts";
import { defineService, step } from "@millrace/service";
import { startGateway, type GatewayForTest } from "./gateway-for-test.js";

const wishes: DataOf<typeof importRequested>[] = [];

/** What the registry answers is in the first byte of the package: what is tried here is how the gateway asks. */
const registry = defineService({
  name: "registry",
  steps: [
    step({
      ...{ name: "import-model", on: importRequested, emits: [modelPromoted] },
      async run(wish, { artifacts }) {
        wishes.push(wish);
        const [first] = await artifacts.get(wish.package);
        if (first === 0)
          throw new ProblemError({ code: "MODEL_CRASHED", message: "it crashes.", remedy: "Try another." });
        if (!wish.promote) return stepDone({ step: "import-model", summary: "registered" });
        const { model, package: bytes } = wish;
        return modelPromoted({
          pipeline: model,
          model,
          version: 1,
          package: bytes,
          generation: 1,
          reason: wish.reason,
        });
      },
    }),
  ],
});

describe("an import", () => {
  let gateway: GatewayForTest;
  beforeAll(async () => {
    gateway = await startGateway([registry]);
  });
  afterAll(() => gateway.stop());

  async function bring(
    bytes: Uint8Array<ArrayBuffer>,
    query = "",
    { model = "roses", type = "application/octet-stream" } = {},
  ) {
    const url = `${gateway.url}/models/${model}/versions${query}`;
    const response = await fetch(url, { method: "POST", body: bytes, headers: { "content-type": type } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it("is stored as it came, handed to the registry and told as it ended", async () => {
    const bytes = new Uint8Array(300_000).fill(7);
    const { status, body } = await bring(bytes, "?promote=true&reason=better");
    expect([status, body]).toMatchObject([201, { done: true, model: "roses", promoted: true }]);
    expect(wishes.at(-1)).toMatchObject({
      model: "roses",
      promote: true,
      reason: "better",
      by: "anonymous",
      generation: 0,
    });
    expect(Buffer.from(await gateway.platform.artifacts.get(wishes.at(-1)!.package)).equals(bytes)).toBe(true);
  });

  it("registers only, unless more is wished", async () => {
    expect(await bring(new Uint8Array([1]))).toMatchObject({ status: 201, body: { done: true, promoted: false } });
  });

  it("says why the registry refused a model", async () => {
    expect(await bring(new Uint8Array([0]))).toMatchObject({
      ...{ status: 409, body: { code: "MODEL_CRASHED", detail: "it crashes.", remedy: "Try another." } },
    });
  });

  it("takes packages alone, and names that can be a model's", async () => {
    const bytes = new Uint8Array([1]);
    expect(await bring(bytes, "", { type: "text/plain" })).toMatchObject({ status: 415 });
    expect(await bring(bytes, "", { model: "No.Name" })).toMatchObject({
      status: 400,
      body: { code: "REQUEST_INVALID" },
    });
    expect(await bring(bytes, "?promote=perhaps")).toMatchObject({ status: 400, body: { code: "REQUEST_INVALID" } });
  });
});
