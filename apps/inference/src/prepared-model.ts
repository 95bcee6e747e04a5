import type { PredictionMetrics, Tally } from "./metrics.js";
import type { ServedModel } from "./served-model.js";

/** A version with everything that its answers have in common. */
export interface PreparedModel {
  readonly served: ServedModel;
  readonly tally: Tally;
  readonly names: readonly string[];
  /** The answer's text up to the confidence, by class; of a regression up to the value. */
  readonly heads: readonly string[];
  /** From behind the confidence up to the id. */
  readonly middle: string;
}

/** Made once a version; gone with it. */
export function openPreparedModels(metrics: PredictionMetrics): (served: ServedModel) => PreparedModel {
  const known = new WeakMap<ServedModel, PreparedModel>();
  return (served) => {
    const found = known.get(served);
    if (found !== undefined) return found;
    const prepared = prepare(served, metrics);
    known.set(served, prepared);
    return prepared;
  };
}

const prepare = (served: ServedModel, metrics: PredictionMetrics): PreparedModel => ({
  served,
  tally: metrics.tallyOf(served),
  names: served.model.features.map(({ name }) => name),
  heads:
    served.model.task === "regression"
      ? [`{"prediction":`]
      : served.model.classes.map((label) => `{"prediction":${JSON.stringify(label)},"confidence":`),
  middle: `,"model":${JSON.stringify(served.name)},"model_version":${served.version},"prediction_id":"`,
});
