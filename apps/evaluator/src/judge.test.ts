import { pipelineSpec } from "@millrace/contracts";
import type { Difference, Figure, Figures } from "./figures.js";
import { judge, type Case, type Champion } from "./judge.js";

const pipeline = (accept: object, metric = "accuracy") =>
  pipelineSpec.parse({ name: "p", source: { path: "a.csv" }, target: { column: "t" }, accept, select: { metric } });

const figuresOf = (values: Record<string, number | Figure>): Figures =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? { value } : value]),
  );

const champion = (metrics: Record<string, number>, more: Partial<Champion> = {}): Champion => ({
  ...{ version: 3, generation: 5, digest: "sha256:old", figures: figuresOf(metrics) },
  ...more,
});

const cost = { bytes: 2_000_000, latency: { median: 0.01, p99: 0.04 } };
const sure: Difference = { value: 0.05, low: 0.01, high: 0.09 };

function verdict(
  accept: object,
  challenger: Record<string, number | Figure>,
  against?: Champion,
  { metric, ...more }: Partial<Case> & { metric?: string } = {},
) {
  const { failedGates, reason } = judge({
    ...{ pipeline: pipeline(accept, metric), challenger: figuresOf(challenger), champion: against, cost },
    ...{ digest: "sha256:new", ...more },
  });
  return { failedGates, reason };
}

describe("the verdict on a first version", () => {
  it("is given by the floors alone", () => {
    const accept = { at_least: { accuracy: 0.8, f1: 0.5 } };
    expect(verdict(accept, { accuracy: 0.8, f1: 0.7 })).toEqual({
      failedGates: [],
      reason: "Approved as the first version: accuracy .800 meets the floor of .8; F1 .700 meets the floor of .5.",
    });
    expect(verdict(accept, { accuracy: { value: 0.79, low: 0.7, high: 0.85 }, f1: 0.7 })).toEqual({
      failedGates: ["at_least.accuracy"],
      reason: "Rejected as the first version: accuracy .790 (95 % .700–.850) misses the floor of .8.",
    });
  });

  it("takes the bounds of losses as ceilings", () => {
    const accept = { at_least: { log_loss: 0.5, brier: 0.2, calibration_error: 0.05 } };
    const met = { log_loss: 0.4, brier: 0.2, calibration_error: 0.05 };
    expect(verdict(accept, met).failedGates).toEqual([]);
    expect(verdict(accept, { ...met, log_loss: 0.6 })).toEqual({
      failedGates: ["at_least.log_loss"],
      reason: "Rejected as the first version: log loss .600 misses the ceiling of .5.",
    });
    expect(verdict(accept, { ...met, calibration_error: 0.06 }).failedGates).toEqual(["at_least.calibration_error"]);
  });

  it("shows as many digits as it takes to see why", () => {
    const { reason } = verdict({ at_least: { accuracy: 0.8 } }, { accuracy: 0.79996 });
    expect(reason).toBe("Rejected as the first version: accuracy .79996 misses the floor of .8.");
  });

  it("fails a floor whose metric could not be measured", () => {
    expect(verdict({ at_least: { roc_auc: 0.5 } }, { accuracy: 1 })).toEqual({
      failedGates: ["at_least.roc_auc"],
      reason: "Rejected as the first version: ROC-AUC (unknown) misses the floor of .5.",
    });
  });

  it("is yes where nothing is asked", () => {
    const { reason } = verdict({}, { accuracy: 0.1 });
    expect(reason).toBe("Approved as the first version: accuracy .100, with nothing to compare with and no floor set.");
  });

  it("carries a warning about the test rows, whichever it is", () => {
    const warning = "They have judged many.";
    expect(verdict({}, { accuracy: 0.1 }, undefined, { warning }).reason).toMatch(
      /no floor set\. They have judged many\.$/,
    );
    const { reason } = verdict({ at_least: { accuracy: 0.5 } }, { accuracy: 0.1 }, undefined, { warning });
    expect(reason).toMatch(/floor of \.5\. They have judged many\.$/);
  });
});

describe("the gap between training rows and test rows", () => {
  const gap = (training: Record<string, number> | undefined, unseen: number, metric = "f1", overfit_gap = 0.05) =>
    verdict({ overfit_gap }, { [metric]: unseen }, undefined, { training, metric });

  it("passes up to what the pipeline allows, to the digit", () => {
    expect(gap({ f1: 0.85 }, 0.8)).toEqual({
      failedGates: [],
      reason:
        "Approved as the first version: F1 .850 on training rows and .800 on test rows are no more than .05 apart.",
    });
    expect(gap({ f1: 0.851 }, 0.8)).toMatchObject({
      failedGates: ["overfit_gap"],
      reason: "Rejected as the first version: F1 .851 on training rows and .800 on test rows are more than .05 apart.",
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
  it("without margins asks for no less by the metric of selection, whatever luck has to do with it", () => {
    expect(verdict({}, { accuracy: 0.9 }, champion({ accuracy: 0.9 }))).toEqual({
      failedGates: [],
      reason: "Approved: accuracy .900 is at least as good as the champion's .900.",
    });
    expect(verdict({}, { accuracy: 0.89 }, champion({ accuracy: 0.9 }))).toEqual({
      failedGates: ["better_by.accuracy"],
      reason: "Rejected: accuracy .890 is not at least as good as the champion's .900.",
    });
  });

  it("says how far the figure may be off, and what it is held against", () => {
    const challenger = { roc_auc: { value: 0.842, low: 0.831, high: 0.853 } };
    expect(verdict({ better_by: { roc_auc: 0.005 } }, challenger, champion({ roc_auc: 0.841 })).reason).toBe(
      "Rejected: ROC-AUC .842 (95 % .831–.853) is not .005 above the champion's .841.",
    );
  });

  it("turns round for metrics of which less is better", () => {
    const by = { metric: "log_loss" };
    expect(verdict({}, { log_loss: 0.3 }, champion({ log_loss: 0.4 }), by).failedGates).toEqual([]);
    expect(verdict({}, { log_loss: 0.5 }, champion({ log_loss: 0.4 }), by).failedGates).toEqual(["better_by.log_loss"]);
    const margin = { better_by: { log_loss: 0.05 } };
    const differences = { log_loss: { value: -0.05, low: -0.09, high: -0.01 } };
    const judged = (value: number) =>
      verdict(margin, { log_loss: value }, champion({ log_loss: 0.4 }), { differences });
    expect(judged(0.36).reason).toBe("Rejected: log loss .360 is not .05 below the champion's .400.");
    expect(judged(0.35).failedGates).toEqual([]);
  });

  it("asks for the margins, to the digit that was written", () => {
    const accept = { better_by: { accuracy: 0.05 } };
    const differences = { accuracy: sure };
    expect(0.85 - 0.8).toBeLessThan(0.05);
    expect(verdict(accept, { accuracy: 0.85 }, champion({ accuracy: 0.8 }), { differences }).failedGates).toEqual([]);
    expect(verdict(accept, { accuracy: 0.84 }, champion({ accuracy: 0.8 }), { differences }).reason).toBe(
      "Rejected: accuracy .840 is not .05 above the champion's .800.",
    );
  });

  it("refuses a gain that may be luck, unless the pipeline says that it may", () => {
    const differences = { accuracy: { value: 0.05, low: -0.01, high: 0.11 } };
    const against = (accept: object, more: Partial<Case> = { differences }) =>
      verdict({ better_by: { accuracy: 0.02 }, ...accept }, { accuracy: 0.85 }, champion({ accuracy: 0.8 }), more);
    expect(against({})).toEqual({
      failedGates: ["better_by.accuracy"],
      reason:
        "Rejected: accuracy .850 is at least .02 above the champion's .800, but that may be luck: the difference is .050 (95 % −.010 to .110).",
    });
    expect(against({ significant: false }).failedGates).toEqual([]);
    const none = { differences: { accuracy: { noInterval: "there are 8 test rows, and an interval takes 20" } } };
    expect(against({}, none).reason).toMatch(/but whether that is luck can't be told: there are 8 test rows/);
    expect(against({ significant: false }, none).failedGates).toEqual([]);
  });

  it("lets a margin below zero be a loss", () => {
    const judged = verdict({ better_by: { accuracy: -0.1 } }, { accuracy: 0.75 }, champion({ accuracy: 0.8 }));
    expect(judged.reason).toBe("Approved: accuracy .750 is no more than .1 worse than the champion's .800.");
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
    const gone = champion(
      {},
      {
        figures: undefined,
        problem: { code: "X", message: "the table has no such column.", where: "age" },
      },
    );
    const accept = { at_least: { accuracy: 0.8 }, better_by: { accuracy: 0.1 } };
    expect(verdict(accept, { accuracy: 0.9 }, gone)).toEqual({
      failedGates: [],
      reason:
        "Approved; version 3 can't score these rows (age: the table has no such column.): accuracy .900 meets the floor of .8.",
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

describe("what it may cost to serve", () => {
  const judged = (accept: object) => verdict(accept, { accuracy: 1 });

  it("bounds the slowest of a hundred answers, and the package", () => {
    expect(judged({ latency: "0.04ms", size: "2MB" })).toEqual({
      failedGates: [],
      reason:
        "Approved as the first version: 99 of 100 answers take up to 0.04 ms, within 0.04ms; the package of 2 MB is within 2MB.",
    });
    expect(judged({ latency: "30us", size: "1.9MB" })).toEqual({
      failedGates: ["latency", "size"],
      reason:
        "Rejected as the first version: 99 of 100 answers take up to 0.04 ms, more than 30us; the package of 2 MB is larger than 1.9MB.",
    });
  });

  it("is written with a unit", () => {
    expect(() => pipeline({ latency: "5" })).toThrow(/such as 500us/);
    expect(() => pipeline({ size: "50 MB" })).toThrow(/such as 500kB/);
  });
});
