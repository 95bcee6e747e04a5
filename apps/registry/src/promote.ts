import { modelApproved, modelPromoted, modelTrained, type DataOf, type DeploymentRecord } from "@millrace/contracts";
import { step } from "@millrace/service";
import { deploy, mirrorAlias } from "./deployment.js";
import { exportModel } from "./export-model.js";
import { deployed, registerVersion } from "./versions.js";

/**
 * An approved model becomes a version and the champion. Where the champion changed since the verdict, the model goes back
 * to the evaluator, to be compared with the one that serves now.
 */
export const promote = step({
  name: "promote",
  on: modelApproved,
  emits: [modelPromoted, modelTrained],
  async run(verdict, context) {
    const { run, pipeline, progress } = context;
    const version = await registerVersion(verdict, "approved", context);
    const deployment = await deploy(
      {
        ...{ model: version.model, to: deployed(version), run, reason: verdict.reason },
        ...{ generation: verdict.champion?.generation ?? 0, alias: pipeline.promote.alias },
      },
      context,
    );
    if (deployment === undefined) return judgeAgain(verdict);
    await mirrorAlias(version.model, context);
    const exported = await exportModel(version, context);
    progress(`version ${version.version} of ${version.model} is the champion`);
    return modelPromoted({ ...promotionOf(verdict.pipeline, deployment), exported });
  },
});

type Verdict = DataOf<typeof modelApproved>;

const judgeAgain = ({ pipeline, spec, dataset, package: bytes, family, metrics, tracking, evaluation }: Verdict) =>
  modelTrained({
    ...{ pipeline, spec, dataset, package: bytes, family, metrics, tracking },
    candidates: [{ family, params: {}, metrics }],
    evaluation: evaluation + 1,
  });

export const promotionOf = (pipeline: string, deployment: DeploymentRecord) => ({
  ...{ pipeline, model: deployment.model, generation: deployment.generation, reason: deployment.reason },
  ...deployment.champion,
  previous: deployment.previous?.version,
});
