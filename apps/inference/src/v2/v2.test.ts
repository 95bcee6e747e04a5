import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { call, until } from "@millrace/testing";
import { deployTo, modelWith, startReplica, type Replica } from "../inference-for-test.js";
import { binaryNumbers, binaryTexts, readBinary } from "./datatypes.js";

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica();
  await deployTo(replica, modelWith(0));
  await until("the model to serve", async () => (await call(`${replica.url}/models/sides`)).status === 200);
});
afterAll(() => replica.stop());

const x = (data: readonly unknown[], more = {}) => ({
  name: "x",
  shape: [data.length],
  datatype: "FP64",
  data,
  ...more,
});
const shop = (data: readonly unknown[]) => ({ name: "shop", shape: [data.length], datatype: "BYTES", data });
const infer = (body: unknown, path = "/v2/models/sides/infer") => call(`${replica.url}${path}`, body);

describe("inference by the Open Inference Protocol", () => {
  it("answers a tensor for each feature, with labels, probabilities and ids", async () => {
    const { status, body } = await infer({ id: "a1", inputs: [x([5, -5]), shop(["a", "b"])] });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ model_name: "sides", model_version: "1", id: "a1" },
      outputs: [
        { name: "label", datatype: "BYTES", shape: [2], data: ["right", "left"] },
        { name: "probabilities", datatype: "FP64", shape: [2, 2] },
        { name: "prediction_id", shape: [2] },
      ],
    });
  });

  it("says the same as the route of our own, row by row", async () => {
    const { body } = await infer({ inputs: [x([0.3]), shop(["b"])] });
    const own = await call(`${replica.url}/predict?probabilities=true`, { features: [0.3, "b"] });
    const probabilities = (body as { outputs: { data: number[] }[] }).outputs[1]!.data;
    expect(probabilities).toEqual(Object.values(own.body.probabilities as object));
  });

  it("takes a matrix of all features, nested or flat, and missing values as NaN and empty texts", async () => {
    const matrix = (shape: number[], data: unknown) => ({ inputs: [{ name: "rows", datatype: "BYTES", shape, data }] });
    expect((await infer(matrix([1, 2], [["", "a"]]))).status).toBe(200);
    const wrong = await infer(matrix([1, 3], ["1", "a", "b"]));
    expect(wrong).toMatchObject({ status: 400, body: { error: expect.stringContaining("matrix of all 2") } });
  });

  it("answers the outputs that are asked for, and no others", async () => {
    const inputs = [x([5]), shop(["a"])];
    const { body } = await infer({ inputs, outputs: [{ name: "label" }] });
    expect(body.outputs).toHaveLength(1);
    const unknown = await infer({ inputs, outputs: [{ name: "colour" }] });
    expect(unknown).toMatchObject({ status: 400, body: { error: expect.stringContaining('no output "colour"') } });
  });

  async function inferBinary(headers: Record<string, string> = {}, pack = (bytes: Buffer) => bytes) {
    const [numbers, texts] = [binaryNumbers([5, NaN]), binaryTexts(["a", "ü"])];
    const sized = (name: string, datatype: string, bytes: Buffer) => ({
      ...{ name, datatype, shape: [2, 1] },
      parameters: { binary_data_size: bytes.length },
    });
    const inputs = [sized("x", "FP64", numbers), sized("shop", "BYTES", texts)];
    const json = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }));
    const response = await fetch(`${replica.url}/v2/models/sides/versions/1/infer`, {
      ...{ method: "POST", body: new Uint8Array(pack(Buffer.concat([json, numbers, texts]))) },
      headers: { "inference-header-content-length": String(json.length), ...headers },
    });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  }

  it("takes and gives tensors as bytes behind the JSON", async () => {
    const { response, bytes } = await inferBinary();
    const length = Number(response.headers.get("inference-header-content-length"));
    const { outputs } = JSON.parse(bytes.toString("utf8", 0, length)) as {
      outputs: { name: string; parameters: { binary_data_size: number } }[];
    };
    const [label] = outputs;
    expect(label).toMatchObject({ name: "label", datatype: "BYTES", shape: [2] });
    const labels = readBinary("label", "BYTES", bytes.subarray(length, length + label!.parameters.binary_data_size), 2);
    expect(labels[0]).toBe("right");
    const sizes = outputs.reduce((sum, { parameters }) => sum + parameters.binary_data_size, length);
    expect(bytes).toHaveLength(sizes);
  });

  it("unpacks gzip, and refuses what says that it is packed and is not", async () => {
    expect((await inferBinary({ "content-encoding": "gzip" }, gzipSync)).response.status).toBe(200);
    expect((await inferBinary({ "content-encoding": "gzip" })).response.status).toBe(400);
    expect((await inferBinary({ "content-encoding": "br" })).response.status).toBe(415);
  });

  it.each([
    ["no inputs", { inputs: [] }, "inputs"],
    ["a datatype that there is not", { inputs: [x([1], { datatype: "FP12" })] }, "datatype"],
    ["fewer elements than the shape says", { inputs: [x([1], { shape: [2] })] }, "its shape is of 2"],
    ["a text among numbers", { inputs: [x(["5"])] }, "is no number"],
    ["rows of different numbers", { inputs: [x([1, 2]), shop(["a"])] }, "the first one of 2"],
    ["a feature twice", { inputs: [x([1]), x([1]), shop(["a"])] }, "two inputs"],
    [
      "bytes that are not there",
      { inputs: [{ ...x([]), data: undefined, shape: [1], parameters: { binary_data_size: 8 } }] },
      "ends within",
    ],
  ])("refuses %s with a sentence", async (_what, body, says) => {
    const answer = await infer(body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(says) } });
  });

  it("says which feature is missing", async () => {
    const answer = await infer({ inputs: [x([1])], outputs: [] });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain("shop");
  });

  it("knows no model and no version that there is not", async () => {
    const inputs = [x([1]), shop(["a"])];
    expect((await infer({ inputs }, "/v2/models/roses/infer")).status).toBe(404);
    expect((await infer({ inputs }, "/v2/models/sides/versions/x/infer")).status).toBe(404);
    expect((await infer({ inputs }, "/v2/models/sides/versions/99/infer")).status).toBe(404);
    expect((await call(`${replica.url}/v2/models/roses`)).body).toEqual({
      error: expect.stringContaining("MODEL_UNKNOWN"),
    });
  });
});

describe("what the protocol tells of a server and its models", () => {
  const get = (path: string) => call(`${replica.url}/v2${path}`);

  it("lives, is ready, and says what it can", async () => {
    expect(await get("/health/live")).toMatchObject({ status: 200, body: { live: true } });
    expect(await get("/health/ready")).toMatchObject({ status: 200, body: { ready: true } });
    expect((await get("")).body).toMatchObject({
      name: "millrace",
      extensions: expect.arrayContaining(["binary_tensor_data"]),
    });
  });

  it("describes a model's tensors, as a whole and by version", async () => {
    const about = {
      ...{ name: "sides", versions: ["1"], platform: "millrace_logistic-regression" },
      inputs: [
        { name: "x", datatype: "FP64", shape: [-1] },
        { name: "shop", datatype: "BYTES", shape: [-1] },
      ],
    };
    expect((await get("/models/sides")).body).toMatchObject(about);
    expect((await get("/models/sides/versions/1")).body).toMatchObject(about);
    expect(await get("/models/sides/versions/1/ready")).toMatchObject({ status: 200, body: { ready: true } });
    expect((await get("/models/sides/versions/7/ready")).status).toBe(404);
  });

  it("lists, unloads and loads models", async () => {
    const post = (path: string) => call(`${replica.url}/v2/repository${path}`, {});
    expect((await post("/index")).body).toEqual([{ name: "sides", version: "1", state: "READY", reason: "" }]);
    expect((await post("/models/sides/unload")).status).toBe(200);
    expect((await get("/models/sides/ready")).status).not.toBe(200);
    expect((await post("/models/sides/load")).status).toBe(200);
    expect((await get("/models/sides/ready")).status).toBe(200);
    expect((await post("/models/roses/load")).status).toBe(404);
  });
});

describe("binary tensors", () => {
  it("are read back as they were written", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.double()), (texts, numbers) => {
        const wellFormed = texts.map((text) => Buffer.from(text).toString());
        expect(readBinary("t", "BYTES", binaryTexts(wellFormed), texts.length)).toEqual(wellFormed);
        expect(readBinary("n", "FP64", binaryNumbers(numbers), numbers.length)).toEqual(numbers);
      }),
    );
  });

  it("of 16 bits are halves of a float", () => {
    const halves = Buffer.from(Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x7c00).buffer);
    expect(readBinary("h", "FP16", halves, 6)).toEqual([1, -2, 0.333251953125, 65504, 2 ** -24, Infinity]);
  });

  it("of a wrong length are refused", () => {
    expect(() => readBinary("n", "INT32", Buffer.alloc(7), 2)).toThrow(/7 bytes/);
    expect(() => readBinary("t", "BYTES", Buffer.from([9, 0, 0, 0, 65]), 1)).toThrow(/behind its length/);
  });
});
