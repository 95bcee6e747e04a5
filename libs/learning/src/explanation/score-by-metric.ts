import { unitWeights } from "../metrics/measure.js";
import { greaterIsBetter, measureOf, type MetricName } from "../metrics/metrics.js";
import type { Scored } from "../metrics/scored.js";
import { valueMeasureOf, type Valued, type ValueMetricName } from "../metrics/value-metrics.js";

/** How outputs of a model are judged: what permutation importance asks for. */
export interface OutputScore {
  readonly score: (outputs: Float64Array) => number | undefined;
  readonly lessIsBetter: boolean;
}

/** By a metric of the probabilities of these rows. */
export const scoreByMetric = (name: MetricName, rows: Omit<Scored, "probabilities">): OutputScore => ({
  score: (probabilities) =>
    measureOf(name, { ...rows, probabilities })(rows.weights ?? unitWeights(rows.labels.length)),
  lessIsBetter: !greaterIsBetter(name),
});

/** By a metric of the predicted values of these rows. */
export const scoreByValueMetric = (name: ValueMetricName, rows: Omit<Valued, "predicted">): OutputScore => ({
  score: (predicted) => valueMeasureOf(name, { ...rows, predicted })(rows.weights ?? unitWeights(rows.actual.length)),
  lessIsBetter: !greaterIsBetter(name),
});
