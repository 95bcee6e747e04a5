import { randomUUID } from "node:crypto";
import { promote } from "./promote.js";
import { against, openBench, pipelineWith, verdictOf } from "./registry-for-test.js";
import { currentDeployment } from "./deployment.js";
import { openAliasWatch } from "./watch-aliases.js";

describe("an alias that somebody moved in MLflow", () => {
  it("is deployed as that person's decision, and stays where it was put", async () => {
    const { MLFLOW_TRACKING_URI = "" } = process.env;
    const bench = await openBench(undefined, { MLFLOW_TRACKING_URI });
    const model = `moved-${randomUUID().slice(0, 8)}`;
    try {
      const pipeline = pipelineWith({}, model);
      for (const [run, before] of [["a", {}] as const, ["b", against(1, 1)] as const]) {
        const verdict = { ...(await verdictOf(bench, `${model}-${run}`, run, before)), pipeline: model };
        await promote.run(verdict, bench.context({ run: `${model}-${run}`, pipeline }));
      }
      const { tracking, records } = bench.platform;
      expect([await tracking.getAlias(model, "champion"), await tracking.getAlias(model, "previous")]).toEqual([
        "2",
        "1",
      ]);
      const look = openAliasWatch(bench.platform);
      await look();
      const moved = await fetch(`${MLFLOW_TRACKING_URI}/api/2.0/mlflow/registered-models/alias`, {
        ...{ method: "POST", headers: { "content-type": "application/json" } },
        body: JSON.stringify({ name: model, alias: "champion", version: "1" }),
      });
      expect(moved.ok).toBe(true);
      await look();
      await look();
      expect(await currentDeployment(records, model)).toMatchObject({
        ...{ generation: 3, champion: { version: 1 }, previous: { version: 2 } },
        change: { kind: "alias-moved", by: "an operator in MLflow" },
      });
      await look();
      expect(await tracking.getAlias(model, "champion")).toBe("1");
    } finally {
      await bench.close();
    }
  }, 120_000);
});
