import * as z from "zod";

/** What models are chosen and judged by. */
export const metric = z.enum([
  "accuracy",
  "balanced_accuracy",
  "f1",
  "precision",
  "recall",
  "roc_auc",
  "pr_auc",
  "log_loss",
  "brier",
  "mcc",
  "kappa",
  "calibration_error",
]);
