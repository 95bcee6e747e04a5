import { auditCollection } from "@millrace/service";
import { promote } from "./promote.js";
import { recordRejected } from "./record-rejected.js";
import {
  against,
  aliasIn,
  deploymentIn,
  openBench,
  pipelineWith,
  verdictOf,
  versionsIn,
  type Bench,
} from "./registry-for-test.js";
import { tellDeployments } from "./tell-deployments.js";
import { openAliasWatch } from "./watch-aliases.js";

describe("an alias that somebody moved on the tracking server", () => {
  let bench: Bench;
  let look: () => Promise<void>;
  const approve = async (run: string, more: object = {}, spec: object = {}) =>
    promote.run(await verdictOf(bench, run, run, more), bench.context({ run, pipeline: pipelineWith(spec) }));

  beforeEach(async () => {
    bench = await openBench();
    look = openAliasWatch(bench.platform);
    await approve("a");
    await approve("b", against(1, 1));
    await recordRejected.run(await verdictOf(bench, "c", "c", { reason: "too bad" }), bench.context({ run: "c" }));
  });
  afterEach(() => bench.close());

  const move = async (version: number) => {
    const { trackingVersion } = (await versionsIn(bench))[version - 1]!;
    await bench.platform.tracking.setAlias("iris", "champion", trackingVersion!);
  };

  it("is deployed as that person's decision when it is seen twice", async () => {
    await move(1);
    await look();
    expect(await deploymentIn(bench)).toMatchObject({ generation: 2, champion: { version: 2 } });
    await look();
    expect(await deploymentIn(bench)).toMatchObject({
      ...{ generation: 3, champion: { version: 1 }, previous: { version: 2 } },
      change: { kind: "alias-moved", by: "an operator in MLflow" },
      reason: "alias champion was moved to version 1 on the tracking server",
    });
    await tellDeployments(bench.platform);
    expect(await aliasIn(bench, "previous")).toBe(2);
  });

  it("is not taken for one while our own change is under way", async () => {
    for (let round = 0; round < 3; round++) await look();
    expect(await deploymentIn(bench)).toMatchObject({ generation: 2 });
    await move(1);
    await look();
    await approve("d", against(2, 2));
    await look();
    await look();
    expect(await deploymentIn(bench)).toMatchObject({ generation: 3, champion: { version: 4 } });
  });

  it("ends a rollout: what the person chose serves all", async () => {
    await approve("d", against(2, 2), { canary: [10, 100] });
    await move(4);
    await look();
    await look();
    const deployment = await deploymentIn(bench);
    expect(deployment).toMatchObject({ generation: 4, champion: { version: 4 }, previous: { version: 2 } });
    expect([deployment!.rollout, deployment!.change!.takenBack]).toEqual([undefined, undefined]);
  });

  it("is not followed to a rejected version: the history says why, once, and the alias stays", async () => {
    await move(3);
    for (let round = 0; round < 4; round++) await look();
    expect(await deploymentIn(bench)).toMatchObject({ generation: 2, champion: { version: 2 } });
    expect(await aliasIn(bench)).toBe(3);
    const audit = bench.platform.records.records(auditCollection);
    const { records } = await audit.query({ index: "byModel", equals: { model: "iris" } });
    expect(records.map(({ value }) => value)).toMatchObject([{ kind: "alias-refused", reason: /rejected: too bad/ }]);
  });
});
