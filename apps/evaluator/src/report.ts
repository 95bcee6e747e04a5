// What the reports say: the one for machines is this, and the page for people is made of it.
import type { DataOf, modelTrained } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";
import type { Usable } from "./check-package.js";
import type { Contest } from "./contest.js";
import type { Gate } from "./gate.js";
import type { Judgement } from "./judge.js";
import type { Looks } from "./looks.js";

type Trained = DataOf<typeof modelTrained>;
type Pipeline = StepContext<typeof modelTrained>["pipeline"];
export type Report = ReturnType<typeof reportOf>;

/** What is known when the verdict is given: less of a package that can't be used. */
export interface Findings {
  readonly judgement: Judgement;
  readonly usable?: Usable;
  readonly looks?: Looks;
  readonly contest?: Contest;
}

export function reportOf(trained: Trained, findings: Findings, { accept, select }: Pipeline) {
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
