import { call, temporaryFolder, until } from "@millrace/testing";
import { startStandalone, type Standalone } from "./start-standalone.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let standalone: Standalone;

beforeAll(async () => {
  folder = await temporaryFolder("hostile");
  standalone = await startStandalone({
    say: () => undefined,
    environment: {
      ...{ MILLRACE_DATA_DIR: folder.path, MILLRACE_PIPELINES_DIR: `${__dirname}/../../../pipelines` },
      ...{ GATEWAY_PORT: "0", INFERENCE_PORT: "0", LOG_LEVEL: "error" },
    },
  });
}, 120_000);

afterAll(async () => {
  await standalone.stop();
  await folder.remove();
});

const entries = {
  gateway: [
    ...["/events", "/pipelines/iris/runs", "/runs/none/resume", "/models/iris/rollback", "/models/iris/versions"],
    ...["/models/iris/versions/1/approve", "/models/iris/versions/1/reject", "/webhooks/s3", "/gc"],
  ],
  inference: [
    ...["/predict", "/models/iris/predict", "/models/iris/predict/batch", "/models/iris/feedback"],
    ...["/v2/models/iris/infer", "/v2/repository/index", "/v2/repository/models/iris/load"],
  ],
};

const bent = { bent: "yes" };
const hostile = [
  ...["__proto__", "constructor", "prototype"].map(
    (name) => `{"${name}": {"bent": "yes", "prototype": {"bent": "yes"}}}`,
  ),
  `{"features": {"\\u005f_proto__": ${JSON.stringify(bent)}, "constructor": {"prototype": ${JSON.stringify(bent)}}}}`,
  `{"pipeline": "__proto__", "source": "constructor", "features": {"toString": 1, "hasOwnProperty": 2}}`,
  `{"features": ${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
  `{"features": {"sepal_length\\u0000\\r\\n": "\\u001b[2J", "': drop table": "../../etc/passwd"}}`,
];

describe("hostile bodies", () => {
  it.each(Object.entries(entries).flatMap(([service, paths]) => paths.map((path) => ({ service, path }))))(
    "change no prototype and break nothing at $service $path",
    async ({ service, path }) => {
      const url = standalone.urls[service as keyof typeof entries];
      for (const body of hostile) {
        const response = await fetch(url + path, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        const text = await response.text();
        expect({
          body: body.slice(0, 80),
          status: response.status,
          text: response.status >= 500 && text,
        }).toMatchObject({
          text: false,
        });
      }
      expect([({} as typeof bent).bent, ([] as unknown as typeof bent).bent, (() => 1).toString.name]).toEqual([
        ...[undefined, undefined],
        "toString",
      ]);
    },
  );

  it("leave a service that answers as before", async () => {
    const ask = () => call(`${standalone.urls.inference}/predict`, { features: [5.8, 3, 4.45, 1.3] });
    await until("a prediction", async () => (await ask()).body.prediction === "versicolor");
  });
});
