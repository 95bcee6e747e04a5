import type { ArtifactRef, DataOf, modelTrained } from "@millrace/contracts";
import { writeJson, type StepContext } from "@millrace/service";
import type { Usable } from "./check-package.js";
import type { Findings } from "./evaluate.js";
import type { Gate } from "./gate.js";
import { reportPage } from "./report-page.js";

type Trained = DataOf<typeof modelTrained>;
type Context = StepContext<typeof modelTrained>;
export type Report = ReturnType<typeof reportOf>;

/** The report for machines and the one for people. The same data give the same bytes. */
export async function writeReport(
  trained: Trained,
  findings: Findings,
  { artifacts, pipeline }: Context,
): Promise<{ report: ArtifactRef; page: ArtifactRef }> {
  const report = reportOf(trained, findings, pipeline);
  const page = Buffer.from(reportPage(report));
  return {
    report: await writeJson(artifacts, "evaluation.json", report),
    page: await artifacts.put(page, { mediaType: "text/html; charset=utf-8", name: "evaluation.html" }),
  };
}

function reportOf(trained: Trained, findings: Findings, { accept, select }: Context["pipeline"]) {
  const { judgement, contest, looks, usable } = findings;
  const { champion } = contest ?? {};
  const { train, test } = trained.dataset;
  return {
    ...{ pipeline: trained.pipeline, family: trained.family, ...judgement, metric: select.metric },
    gates: [...(usable === undefined ? [] : [servable(trained, usable)]), ...judgement.gates],
    ...{ confidence: accept.confidence, rows: contest?.rows ?? trained.dataset.rows.test },
    challenger: contest?.challenger,
    champion: champion && { ...champion, ...contest?.championPerformance },
    ...{ differences: contest?.differences, disagreements: contest?.disagreements, training: contest?.training },
    ...(looks && { looks: { ...looks, most: accept.looks } }),
    size: trained.package.size,
    // Time is not the same twice: it is in here only where the verdict hangs on it, and in the event always.
    ...(accept.latency !== undefined && usable && { latency: usable.latency }),
    digests: { test: test.digest, train: train.digest, package: trained.package.digest, champion: champion?.digest },
  };
}

function servable({ probe }: Trained, { probe: asked }: Usable): Gate {
  const ways = `the same one by one and as a table${probe === undefined ? "" : ", and as the trainer's model did"}`;
  const says = `it loads as inference would load it, and answers ${asked.rows.length} training rows ${ways}`;
  return { name: "package", passed: true, says };
}
