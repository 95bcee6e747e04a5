import { pipelineSpec } from "@millrace/contracts";
import { judge, type Champion } from "./judge.js";

const pipeline = (accept: object, metric = "accuracy") =>
  pipelineSpec.parse({ name: "p", source: { path: "a.csv" }, target: { column: "t" }, accept, select: { metric } });

const champion = (metrics: Champion["metrics"], more: Partial<Champion> = {}): Champion => ({
  ...{ version: 3, generation: 5, digest: "sha256:old", metrics },
  ...more,
});

const verdict = (
  accept: object,
  challenger: Record<string, number>,
  against?: Champion,
  { metric, digest = "sha256:new" }: { metric?: string; digest?: string } = {},
) => judge({ pipeline: pipeline(accept, metric), challenger, champion: against, digest });

describe("the verdict on a first version", () => {
  it("is given by the floors alone", () => {
    const accept = { at_least: { accuracy: 0.8, f1: 0.5 } };
    expect(verdict(accept, { accuracy: 0.8, f1: 0.7 })).toEqual({
      failedGates: [],
      reason: "Approved as the first version: accuracy 0.8 meets the floor of 0.8; f1 0.7 meets the floor of 0.5.",
    });
    expect(verdict(accept, { accuracy: 0.79, f1: 0.7 })).toEqual({
      failedGates: ["at_least.accuracy"],
      reason: "Rejected as the first version: accuracy 0.79 misses the floor of 0.8.",
    });
  });

  it("takes the bounds of log_loss and brier as ceilings", () => {
    const accept = { at_least: { log_loss: 0.5, brier: 0.2 } };
    expect(verdict(accept, { log_loss: 0.4, brier: 0.2 }).failedGates).toEqual([]);
    expect(verdict(accept, { log_loss: 0.6, brier: 0.1 })).toEqual({
      failedGates: ["at_least.log_loss"],
      reason: "Rejected as the first version: log_loss 0.6 misses the ceiling of 0.5.",
    });
  });

  it("fails a floor whose metric could not be measured", () => {
    expect(verdict({ at_least: { roc_auc: 0.5 } }, { accuracy: 1 })).toEqual({
      failedGates: ["at_least.roc_auc"],
      reason: "Rejected as the first version: roc_auc (unknown) misses the floor of 0.5.",
    });
  });

  it("is yes where nothing is asked", () => {
    expect(verdict({}, { accuracy: 0.1 }).reason).toMatch(
      /^Approved as the first version: .*accuracy 0\.1.*no floor set\.$/,
    );
  });
});

describe("the gap between training rows and test rows", () => {
  const gap = (training: Record<string, number> | undefined, unseen: number, metric = "f1", overfit_gap = 0.05) =>
    judge({
      pipeline: pipeline({ overfit_gap }, metric),
      ...{ challenger: { [metric]: unseen }, training, digest: "sha256:new" },
    });

  it("passes up to what the pipeline allows, to the digit", () => {
    expect(gap({ f1: 0.85 }, 0.8)).toEqual({
      failedGates: [],
      reason:
        "Approved as the first version: f1 0.85 on training rows and 0.8 on test rows are no more than 0.05 apart.",
    });
    expect(gap({ f1: 0.851 }, 0.8)).toMatchObject({
      failedGates: ["overfit_gap"],
      reason: "Rejected as the first version: f1 0.851 on training rows and 0.8 on test rows are more than 0.05 apart.",
    });
  });

  it("turns round for metrics of which less is better, and is none where test rows look better", () => {
    expect(gap({ log_loss: 0.2 }, 0.3, "log_loss").failedGates).toEqual(["overfit_gap"]);
    expect(gap({ log_loss: 0.3 }, 0.2, "log_loss").failedGates).toEqual([]);
    expect(gap({ f1: 0.5 }, 0.9).failedGates).toEqual([]);
  });

  it("fails where it can't be measured", () => {
    expect(gap({}, 0.8).failedGates).toEqual(["overfit_gap"]);
    expect(gap(undefined, 0.8).failedGates).toEqual(["overfit_gap"]);
  });
});

describe("the verdict against a champion", () => {
  it("without margins asks for no less by the metric of selection", () => {
    expect(verdict({}, { accuracy: 0.9 }, champion({ accuracy: 0.9 }))).toEqual({
      failedGates: [],
      reason: "Approved: accuracy 0.9 is at least as good as version 3's 0.9.",
    });
    expect(verdict({}, { accuracy: 0.89 }, champion({ accuracy: 0.9 }))).toEqual({
      failedGates: ["better_by.accuracy"],
      reason: "Rejected: accuracy 0.89 is not at least as good as version 3's 0.9.",
    });
  });

  it("turns round for metrics of which less is better", () => {
    const by = { metric: "log_loss" };
    expect(verdict({}, { log_loss: 0.3 }, champion({ log_loss: 0.4 }), by).failedGates).toEqual([]);
    expect(verdict({}, { log_loss: 0.5 }, champion({ log_loss: 0.4 }), by).failedGates).toEqual(["better_by.log_loss"]);
    const margin = { better_by: { log_loss: 0.05 } };
    expect(verdict(margin, { log_loss: 0.36 }, champion({ log_loss: 0.4 })).failedGates).toHaveLength(1);
    expect(verdict(margin, { log_loss: 0.35 }, champion({ log_loss: 0.4 })).failedGates).toEqual([]);
  });

  it("asks for the margins, to the digit that was written", () => {
    const accept = { better_by: { accuracy: 0.05 } };
    expect(0.85 - 0.8).toBeLessThan(0.05);
    expect(verdict(accept, { accuracy: 0.85 }, champion({ accuracy: 0.8 })).failedGates).toEqual([]);
    expect(verdict(accept, { accuracy: 0.84 }, champion({ accuracy: 0.8 })).reason).toBe(
      "Rejected: accuracy 0.84 is not 0.05 better than version 3's 0.8.",
    );
  });

  it("tells every gate that failed, floors and margins, and only those", () => {
    const accept = { at_least: { f1: 0.9, recall: 0.1 }, better_by: { accuracy: 0.01 } };
    const { failedGates, reason } = verdict(
      accept,
      { f1: 0.5, recall: 0.5, accuracy: 0.5 },
      champion({ accuracy: 0.6 }),
    );
    expect(failedGates).toEqual(["at_least.f1", "better_by.accuracy"]);
    expect(reason).not.toContain("recall");
  });

  it("leaves it to the floors when the champion can't score the rows, and says why it can't", () => {
    const gone = champion(undefined, {
      problem: { code: "X", message: "the table has no such column.", where: "age" },
    });
    const accept = { at_least: { accuracy: 0.8 } };
    expect(verdict(accept, { accuracy: 0.9 }, gone)).toEqual({
      failedGates: [],
      reason:
        "Approved; version 3 can't score these rows (age: the table has no such column.): accuracy 0.9 meets the floor of 0.8.",
    });
    expect(verdict(accept, { accuracy: 0.7 }, gone).failedGates).toEqual(["at_least.accuracy"]);
  });

  it("is that there is nothing to promote when it is the same model", () => {
    const same = champion({ accuracy: 0.1 }, { digest: "sha256:new" });
    expect(verdict({}, { accuracy: 0.9 }, same)).toEqual({
      failedGates: ["different"],
      reason: "The same model as version 3, which serves already: nothing to promote.",
    });
  });
});
