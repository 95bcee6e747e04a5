import { batchesOf } from "./batches.js";
import { createMlflowClient, quoted, tagEquals } from "./index.js";
import { pages } from "./paging.js";

const mapOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, `${at}`]));
const metricsOf = (count: number) => Array.from({ length: count }, (_, step) => ({ key: "loss", value: step, step }));

describe("batches", () => {
  test("no call has more than 100 params, 100 tags, or 1000 things in all, and nothing is lost", () => {
    const batches = batchesOf({ metrics: metricsOf(2_300), params: mapOf(250), tags: mapOf(120) }, 1);
    for (const { metrics, params, tags } of batches) {
      expect(Math.max(params.length, tags.length)).toBeLessThanOrEqual(100);
      expect(metrics.length + params.length + tags.length).toBeLessThanOrEqual(1_000);
    }
    expect(batches).toHaveLength(3);
    expect(batches.flatMap(({ metrics }) => metrics.map(({ step }) => step))).toEqual([...metricsOf(2_300).keys()]);
    expect(batches.flatMap(({ params }) => params)).toHaveLength(250);
    expect(batches.flatMap(({ tags }) => tags)).toHaveLength(120);
  });

  test("nothing to log needs no call", () => {
    expect(batchesOf({ metrics: [], params: {} }, 1)).toEqual([]);
  });

  test("numbers that JSON cannot say are said as text", () => {
    const values = [NaN, Infinity, -Infinity, 0.1].map((value) => ({ key: "m", value }));
    const sent = batchesOf({ metrics: values }, 1)[0]!.metrics.map(({ value }) => value);
    expect(sent).toEqual(["NaN", "Infinity", "-Infinity", 0.1]);
  });
});

describe("filters", () => {
  test("a text is quoted with the quotes that it does not have", () => {
    expect(quoted("it's")).toBe(`"it's"`);
    expect(tagEquals("a.b", 'say "x"')).toBe("tags.`a.b` = 'say \"x\"'");
  });

  test("a text with both kinds of quotes is refused, not half quoted", () => {
    expect(() => quoted(`'"`)).toThrow("cannot express");
  });
});

describe("paging", () => {
  test("asks for a page only when it is needed, until there is none", async () => {
    const asked: (string | undefined)[] = [];
    const load = async (token?: string) => {
      asked.push(token);
      return token === undefined ? { items: [1, 2], nextPageToken: "b" } : { items: [3], nextPageToken: "" };
    };
    const all = pages(load);
    await all.next();
    expect(asked).toEqual([undefined]);
    const rest: number[] = [];
    for await (const item of all) rest.push(item);
    expect({ rest, asked }).toEqual({ rest: [2, 3], asked: [undefined, "b"] });
  });
});

describe("artifact paths", () => {
  const { artifacts } = createMlflowClient({ trackingUri: "http://127.0.0.1:1", retry: { tries: 1 } });
  const upload = (uri: string, path: string) => artifacts.upload(uri, path, Uint8Array.of(1));

  test.each(["../x", "a/../../x", "", "/etc/passwd", "a//b", "./a"])("%p is refused", async (path) => {
    await expect(upload("mlflow-artifacts:/1/r/artifacts", path)).rejects.toMatchObject({
      code: "INVALID_ARTIFACT_PATH",
    });
  });

  test("artifacts that the server does not serve are an error with the remedy", async () => {
    await expect(upload("s3://bucket/1/r/artifacts", "f")).rejects.toThrow("--serve-artifacts");
  });

  test("a URI that names the server is understood", async () => {
    await expect(upload("mlflow-artifacts://mlflow:5000/1/r/artifacts", "f")).rejects.toThrow("/1/r/artifacts/f");
  });
});
