import { datasetTransformed, modelRejected, modelTrained } from "@millrace/contracts";
import { step, writeJson } from "@millrace/service";
import { chooseModel, type Trained } from "./choose-model.js";
import { boardOn } from "./job-board.js";
import type { Transformed } from "./load-arrays.js";
import { logTraining } from "./log-training.js";
import { isScored } from "./try-candidates.js";

/** Raise it when the same input gives another event: what an older version did is not taken over then. */
const VERSION = 4;

/** Tries every candidate, chooses one, fits it on all training rows and packages it as inference loads it. */
export const train = step({
  name: "train",
  version: VERSION,
  on: datasetTransformed,
  emits: [modelTrained, modelRejected],
  pure: true,
  long: true,
  async run(transformed, context) {
    const { artifacts, progress } = context;
    const trained = await chooseModel(transformed, context, boardOn(context.records));
    progress(trained.sentence);
    const tracking = await logTraining(transformed, trained, context);
    const table = await writeJson(artifacts, "trials.json", tableOf(trained));
    const model = { ...modelOf(transformed, trained), tracking, search: searchOf(trained, table) };
    if (trained.missed.length === 0) return modelTrained({ ...model, evaluation: 1 });
    const { sentence: reason, missed } = trained;
    return modelRejected({ ...model, report: table, challenger: model.metrics, reason, failedGates: [...missed] });
  },
});

function modelOf({ spec, dataset, sample, pipeline }: Transformed, trained: Trained) {
  const { winner, candidates, decision } = trained;
  const { metrics, calibration, threshold } = decision;
  return {
    ...{
      pipeline,
      spec,
      dataset,
      package: trained.package.ref,
      probe: trained.package.probe,
      ...(sample && { sample }),
    },
    ...{ family: winner.result.family, metrics: winner.result.metrics!, candidates: [...candidates] },
    decision: {
      ...(calibration && { calibration: calibration.method }),
      ...(threshold !== undefined && { threshold }),
      metrics,
    },
  };
}

function searchOf({ tried: { method, settings, ended } }: Trained, table: Awaited<ReturnType<typeof writeJson>>) {
  const [stopped, failed] = [settings.filter((one) => one.stopped), settings.filter((one) => one.problem)];
  return { method, ended, trials: settings.length, stopped: stopped.length, failed: failed.length, table };
}

/** Every setting with what came of it, best told by the scores of each fold. */
const tableOf = ({ tried, candidates, missed }: Trained) => ({
  ...{ candidates, missed },
  trials: tried.settings.map((setting) => {
    const { outOfFold: _rows, ...told } = setting;
    return { ...told, complete: isScored(setting) };
  }),
});
