import {
  modelApproved,
  modelRejected,
  modelTrained,
  ProblemError,
  type DataOf,
  type Problem,
} from "@millrace/contracts";
import { step, writeJson, type StepContext } from "@millrace/service";
import type { Usable } from "./check-package.js";
import { compareWithChampion, servingChampion } from "./contest.js";
import { judge, refuse, type Champion, type Judgement } from "./judge.js";
import { recordLook, warningOf, type Looks } from "./looks.js";
import type { Findings } from "./report.js";
import type { Metrics } from "./score.js";
import { tryPackage } from "./try-package.js";
import { writeReport } from "./write-report.js";

type Trained = DataOf<typeof modelTrained>;
type Context = StepContext<typeof modelTrained>;

/** Loads the new model as inference would, scores it and the one that serves on the same untouched rows, and judges. */
export const evaluate = step({
  name: "evaluate",
  version: 2,
  on: modelTrained,
  emits: [modelApproved, modelRejected],
  async run(trained, context) {
    const { progress } = context;
    progress("loading the package as inference would");
    const tried = await tryPackage(trained, context);
    if ("problem" in tried) return conclude(trained, { judgement: refuse(tried.check, tried.problem) }, context);
    const looks = await look(trained, context);
    progress(`scoring ${trained.dataset.rows.test} test rows`);
    const champion = await servingChampion(context);
    const contest = await compareWithChampion(trained, champion, context);
    if ("problem" in contest) {
      const judgement = refuse("score", scoringProblem(contest.problem));
      return conclude(trained, { judgement, usable: tried, looks }, context);
    }
    const judgement = verdictOn(trained, { contest, usable: tried, looks }, context);
    return conclude(trained, { judgement, usable: tried, looks, contest }, context);
  },
});

const look = ({ dataset, package: bytes, pipeline }: Trained, { run, records, clock }: Context): Promise<Looks> =>
  recordLook({ test: dataset.test.digest, pipeline, run, model: bytes.digest, at: clock().toISOString() }, records);

/** Rows without the target can judge no model: that is no fault of this one. */
function scoringProblem(problem: Problem): Problem {
  if (problem.code === "TARGET_MISSING") throw new ProblemError(problem);
  return problem;
}

/** With fewer test rows one of them moves a share by more than three in a hundred. */
const FEW_ROWS = 30;

const warningOfFew = (rows: number): string | undefined =>
  rows < FEW_ROWS
    ? `Only ${rows} test rows judged it, which tell little: bring more data before you rely on it.`
    : undefined;

function verdictOn(
  trained: Trained,
  { contest, usable, looks }: Required<Omit<Findings, "judgement">>,
  { pipeline }: Context,
): Judgement {
  const { challenger, champion, differences, training } = contest;
  return judge({
    ...{ pipeline, digest: trained.package.digest, challenger: challenger.figures, champion, differences },
    ...{ training: trained.imported ? "unknown" : training?.metrics, slices: challenger.slices },
    cost: { bytes: trained.package.size, latency: usable.latency },
    warning: [warningOfFew(contest.rows), warningOf(looks, pipeline.accept.looks)].join(" ").trim() || undefined,
  });
}

/** Writes down what was found, and says the verdict. */
async function conclude(trained: Trained, findings: Findings, context: Context) {
  const { judgement, usable, looks, contest } = findings;
  const { evaluation, candidates: _candidates, ...model } = trained;
  const challenger = metricsOf(contest?.challenger.figures);
  const judged = {
    ...{ ...model, challenger, champion: told(contest?.champion), reason: judgement.reason },
    ...(await writeReport(trained, findings, context)),
    ...(usable && { probes: await writeJson(context.artifacts, "probes.json", usable.probe) }),
    measured: { bytes: trained.package.size, memory: usable?.memory, latency: usable && { ...usable.latency } },
    ...(looks && { looks: { ...looks } }),
  };
  await logScores(trained, { ...challenger }, usable, context);
  context.progress(judgement.reason);
  if (judgement.failedGates.length > 0) return modelRejected({ ...judged, failedGates: judgement.failedGates });
  return modelApproved({ ...judged, evaluation });
}

const metricsOf = (figures: Champion["figures"] = {}): Metrics =>
  Object.fromEntries(Object.entries(figures).map(([name, { value }]) => [name, value]));

const told = (champion: Champion | undefined) =>
  champion && { version: champion.version, generation: champion.generation, metrics: metricsOf(champion.figures) };

const logScores = (
  { tracking: { runId }, package: bytes }: Trained,
  scores: Metrics,
  usable: Usable | undefined,
  { tracking }: Context,
): Promise<void> =>
  tracking.logMetrics(runId, [
    ...Object.entries(scores).map(([name, value]) => ({ key: `test_${name}`, value })),
    { key: "package_bytes", value: bytes.size },
    ...(usable === undefined
      ? []
      : [
          { key: "latency_ms_median", value: usable.latency.median },
          { key: "latency_ms_p99", value: usable.latency.p99 },
        ]),
  ]);
