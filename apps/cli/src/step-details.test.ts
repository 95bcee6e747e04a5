import type { CloudEvent } from "@millrace/contracts";
import { stepDetails } from "./step-details.js";

const event = (type: string, data: unknown): Record<string, CloudEvent> => ({
  [type]: { specversion: "1.0", id: "1", source: "/test", type, data },
});

describe("the details of a step", () => {
  it("tell each finding with severity, code and remedy", () => {
    const warnings = [
      {
        severity: "warning",
        code: "OUT_OF_RANGE",
        message: "3 values are outside.",
        remedy: "Widen it.",
        column: "age",
      },
    ];
    expect(stepDetails("validate", event("dataset.validated", { warnings }))).toEqual([
      "warning OUT_OF_RANGE: 3 values are outside. Widen it.",
    ]);
  });

  it("tell how each candidate did, and why one was not fitted", () => {
    const candidates = [
      { family: "logistic-regression", params: { C: 1 }, metrics: { f1: 0.5, roc_auc: 0.81234 } },
      {
        family: "random-forest",
        params: {},
        problem: { code: "MODEL_ROW_LIMIT", message: "too many rows.", remedy: "Use fewer." },
      },
    ];
    expect(stepDetails("train", event("model.trained", { candidates }))).toEqual([
      "logistic-regression, C 1: f1 0.5000  roc_auc 0.8123",
      "random-forest was not fitted: too many rows. Use fewer.",
    ]);
  });

  it("tell both models on the same rows", () => {
    const verdict = { challenger: { f1: 0.6 }, champion: { version: 2, generation: 2, metrics: { f1: 0.5 } } };
    expect(stepDetails("evaluate", event("model.rejected", verdict))).toEqual([
      "on the test rows: f1 0.6000",
      "version 2 on the same rows: f1 0.5000",
    ]);
  });

  it("are none where the run has not come that far", () => {
    expect(["ingest", "validate", "train", "evaluate"].flatMap((step) => stepDetails(step, {}))).toEqual([]);
  });
});
