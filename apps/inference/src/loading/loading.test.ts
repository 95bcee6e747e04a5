import { ProblemError, Retry, type Probe } from "@millrace/contracts";
import { openModel } from "@millrace/learning";
import { writeJson } from "@millrace/service";
import { until } from "@millrace/testing";
import { modelWith } from "../inference-for-test.js";
import { irisPackage, openServingBench, type ServingBench } from "../serving-for-test.js";
import { openFailedLoads } from "./failed-loads.js";
import { warmUp } from "./warm-up.js";

let bench: ServingBench;
const open = async (environment: Record<string, string> = {}) => {
  bench = await openServingBench(environment);
};
afterEach(() => bench?.stop());

const rows = [
  [-5, "a"],
  [0, "b"],
  [null, "never seen"],
];
function probeOf(bytes: Uint8Array): Probe {
  const model = openModel(bytes);
  const predictions = rows.map((row) => [...model.scoreRow(row)]);
  return { inputs: ["x", "shop"], classes: [...model.classes], rows, predictions };
}
const withProbe = async (version: number, bytes: Uint8Array, probe = probeOf(bytes)) =>
  bench.put(version, bytes, { probes: await writeJson(bench.platform.artifacts, "probes.json", probe) });
const champion = () => bench.serving.models().get("sides");

describe("a version that is loaded", () => {
  it("serves when it answers the probe rows as it did the evaluator", async () => {
    await open();
    await bench.deploy(await withProbe(1, modelWith(0)));
    expect(champion()).toMatchObject({ version: 1, role: "champion", generation: 1 });
  });

  it("may be made elsewhere: it is asked as any other", async () => {
    await open();
    await bench.deploy(await bench.put(1, irisPackage()));
    const { model } = bench.serving.versionFor("sides", {});
    expect(model.predictRow([5.1, 3.5, 1.4, 0.2]).prediction).toBe("setosa");
    expect(model.metadata).toMatchObject({ family: "onnx", target: "species" });
  });

  it("is refused when it answers them otherwise, and what served goes on", async () => {
    await open();
    await bench.deploy(await withProbe(1, modelWith(0)));
    await bench.deploy(await withProbe(2, modelWith(0.01), probeOf(modelWith(0))));
    expect(champion()).toMatchObject({ version: 1, generation: 1 });
    expect(bench.serving.problems().get("sides")).toMatchObject({
      code: "PROBE_DIFFERS",
      message: expect.stringMatching(/probe row 2 gives .* and gave the evaluator/),
    });
  });

  it("is refused when its classes are others", async () => {
    await open();
    const probe = { ...probeOf(modelWith(0)), classes: ["right", "left"] };
    await bench.deploy(await withProbe(1, modelWith(0), probe));
    expect(bench.serving.problems().get("sides")).toMatchObject({ code: "PROBE_DIFFERS" });
    expect(() => bench.serving.versionFor("sides", {})).toThrow("this is not the model that was judged");
  });

  it("is refused when it is slower than its budget", async () => {
    await open();
    await bench.deploy(await bench.put(1, modelWith(0)));
    await bench.deploy(await bench.put(2, modelWith(1), { latencyBudget: 1e-7 }));
    expect(champion()).toMatchObject({ version: 1 });
    expect(bench.serving.problems().get("sides")).toMatchObject({ code: "MODEL_TOO_SLOW" });
  });

  it("tells everybody once why it was refused", async () => {
    await open();
    const heard: { data: unknown }[] = [];
    await bench.platform.bus.listen(["model.refused"], (event) => void heard.push(event));
    await bench.deploy(await bench.put(1, modelWith(1), { latencyBudget: 1e-7 }));
    await bench.serving.refresh();
    await until("model.refused", () => heard.length > 0);
    await bench.deploy(await bench.put(2, new TextEncoder().encode("no model")));
    await until("the second", () => heard.length > 1);
    expect(heard.map(({ data }) => data)).toMatchObject([
      { version: 1, problem: { code: "MODEL_TOO_SLOW" } },
      { version: 2, problem: { code: "PACKAGE_CORRUPT" } },
    ]);
  });

  it("gives way to requests while it is warmed", async () => {
    const slow = openModel(modelWith(0));
    const busy = (row: Parameters<typeof slow.scoreRow>[0]) => {
      const end = performance.now() + 2.5;
      while (performance.now() < end);
      return slow.scoreRow(row);
    };
    let turns = 0;
    const count = setInterval(() => void turns++, 1);
    const median = await warmUp({ ...slow, scoreRow: busy }, [[1, "a"]], { predictions: 20 });
    clearInterval(count);
    expect(median).toBeGreaterThanOrEqual(2.5);
    expect(turns).toBeGreaterThan(5);
  });
});

describe("a failure to load", () => {
  it("is waited with for longer each time, and not at all where another package comes", () => {
    let now = 0;
    const failed = openFailedLoads(() => now);
    expect(failed.add("m", "a", new Error("down"))).toBe(true);
    expect(failed.waits("m", "a")).toBe(true);
    expect(failed.waits("m", "b")).toBe(false);
    now = 1001;
    expect(failed.waits("m", "a")).toBe(false);
    expect(failed.add("m", "a", new Error("down"))).toBe(false);
    now = 2500;
    expect(failed.waits("m", "a")).toBe(true);
    expect(failed.add("m", "a", new Error("corrupt"))).toBe(true);
    expect(failed.refusalOf("m")).toBeUndefined();
    failed.add("m", "a", new Retry({ code: "STORE_DOWN", message: "down." }));
    expect(failed.refusalOf("m")).toBeUndefined();
    failed.add("m", "a", new ProblemError({ code: "PACKAGE_CORRUPT", message: "corrupt." }));
    expect(failed.refusalOf("m")).toMatchObject({ code: "PACKAGE_CORRUPT" });
    failed.clear("m");
    expect([failed.waits("m", "a"), failed.problems().size]).toEqual([false, 0]);
  });
});

describe("a pinned version", () => {
  const versionFor = (pin: number) => bench.serving.versionFor("sides", { pin });
  const thrownBy = (action: () => unknown) => {
    try {
      return { answered: action() };
    } catch (error) {
      return error as { status: number; code: string };
    }
  };
  const register = async (versions: readonly number[]) => {
    for (const version of versions) await bench.register(await bench.put(version, modelWith(version)));
  };

  it("is loaded at the first question, and answers from then on", async () => {
    await open();
    await bench.deploy(await bench.put(9, modelWith(9)));
    await register([1]);
    expect(thrownBy(() => versionFor(1))).toMatchObject({ status: 503, code: "VERSION_LOADING" });
    await until("it to be loaded", () => "answered" in thrownBy(() => versionFor(1)));
    expect(versionFor(1)).toMatchObject({ version: 1, role: "pinned" });
    expect(versionFor(9)).toMatchObject({ version: 9, role: "champion" });
    expect(bench.serving.versions("sides").map(({ version }) => version)).toEqual([9, 1]);
  });

  it("has to be approved", async () => {
    await open();
    await bench.register(await bench.put(3, modelWith(0)), "rejected");
    await expect(bench.serving.load("sides", 3)).rejects.toMatchObject({ status: 404, code: "VERSION_NOT_APPROVED" });
    expect(thrownBy(() => versionFor(3))).toMatchObject({ status: 404, code: "VERSION_NOT_APPROVED" });
    await expect(bench.serving.load("sides", 4)).rejects.toThrow("no version of that number");
  });

  it("goes when others are asked for more: so many are kept and no more", async () => {
    await open({ INFERENCE_PINNED_VERSIONS: "2" });
    await register([1, 2, 3]);
    await bench.serving.load("sides", 1);
    await bench.serving.load("sides", 2);
    versionFor(1);
    await bench.serving.load("sides", 3);
    expect(bench.serving.versions("sides").map(({ version }) => version)).toEqual([1, 3]);
  });

  it("is let go of by name, as is a whole model until it is loaded again", async () => {
    await open();
    await bench.deploy(await bench.put(9, modelWith(9)));
    await register([1]);
    await bench.serving.load("sides", 1);
    expect([bench.serving.unload("sides", 1), bench.serving.unload("sides", 1)]).toEqual([true, false]);
    expect(bench.serving.unload("sides")).toBe(true);
    await bench.serving.refresh();
    expect(champion()).toBeUndefined();
    expect((await bench.serving.load("sides")).version).toBe(9);
    expect(champion()?.version).toBe(9);
  });
});
