import {
  modelPromoted,
  modelTrained,
  ProblemError,
  rolloutChanged,
  stepDone,
  versionDecided,
  type DataOf,
  type ModelVersionRecord,
} from "@millrace/contracts";
import { auditCollection, step, type StepContext } from "@millrace/service";
import { beginPromotion } from "./begin-promotion.js";
import { currentDeployment, deploy, generationsOf } from "./deployment.js";
import { dropPending, pendingOf } from "./pending.js";
import { settle } from "./settle.js";
import { changeVersion } from "./versions.js";

type Decision = DataOf<typeof versionDecided>;
type Context = StepContext<typeof versionDecided>;

/** Somebody's word on a version: an approved one goes on as if it had needed no approval, a rejected one never serves. */
export const decide = step({
  name: "decide",
  on: versionDecided,
  emits: [modelPromoted, modelTrained, rolloutChanged],
  async run(decision, context) {
    const tookBack = !decision.approved && (await endRollout(decision, context));
    const version = await writeDecision(decision, tookBack, context);
    if (version.decision?.event !== context.event.id) return decidedAlready(version);
    await audit(decision, context);
    return decision.approved ? goOn(decision, version, context) : tellRejection(decision, context);
  },
});

/** Of two decisions on a version that waits the first stands. */
async function writeDecision(decision: Decision, tookBack: boolean, context: Context): Promise<ModelVersionRecord> {
  const { model, version, approved, by, reason } = decision;
  const given = { approved, by, reason, at: context.clock().toISOString(), event: context.event.id };
  const isFree = ({ status, awaiting }: ModelVersionRecord) =>
    status === "approved" && (awaiting === "approval" || (!approved && awaiting === "turn"));
  const write = ({ awaiting, ...current }: ModelVersionRecord): ModelVersionRecord | undefined => {
    if (!tookBack && !isFree({ awaiting, ...current })) return undefined;
    return { ...current, decision: given, ...(!approved && { status: "rejected" as const, reason }) };
  };
  const known = await changeVersion(model, version, write, context);
  if (known === undefined) throw unknownVersion(decision);
  return known;
}

async function goOn({ model, version }: Decision, known: ModelVersionRecord, context: Context) {
  const pending = await pendingOf(context.records, model, version);
  if (pending === undefined) return stepDone({ step: "decide", summary: `${model} version ${version} went on before` });
  const { verdict, promote } = pending;
  return beginPromotion({ version: known, verdict, promote, by: known.decision!.by }, context);
}

/**
 * Whether this word took a version out of its rollout. The deployment comes first: a version that became the champion in
 * the meantime is not rejected under those whom it answers. The keeper tells of it, as of every other end of a rollout.
 */
async function endRollout({ model, version, by, reason }: Decision, context: Context): Promise<boolean> {
  const { records, run } = context;
  for (;;) {
    const made = (await generationsOf(records, run)).find(
      ({ change }) => change?.kind === "rollout-aborted" && change.takenBack === version && change.by === by,
    );
    if (made !== undefined) return settle(made, context).then(() => true);
    const current = await currentDeployment(records, model);
    if (current?.rollout?.version !== version) return false;
    const { generation } = current;
    const change = { model, version, by, reason, run, decidedOn: generation, after: generation, to: {} };
    await deploy({ ...change, kind: "rollout-aborted" }, context);
  }
}

async function tellRejection({ model, version, by, reason }: Decision, { records }: Context) {
  await dropPending(records, { model, version });
  return stepDone({ step: "decide", summary: `${model} version ${version} was rejected by ${by}: ${reason}` });
}

/** A step that is done again finds its line. */
const audit = ({ model, version, approved, by, reason }: Decision, { event, records, run, clock }: Context) =>
  records.records(auditCollection).putIfAbsent(`${model}@${version}@${event.id}`, {
    ...{ model, version, by, reason, run, at: clock().toISOString() },
    kind: approved ? "approved" : "rejected",
  });

const decidedAlready = ({ model, version, status, decision }: ModelVersionRecord) =>
  stepDone({
    step: "decide",
    summary:
      decision === undefined
        ? `${model} version ${version} is ${status} and waits for no decision`
        : `${model} version ${version} was ${decision.approved ? "approved" : "rejected"} by ${decision.by} before`,
  });

const unknownVersion = ({ model, version }: Decision): ProblemError =>
  new ProblemError({
    code: "VERSION_UNKNOWN",
    where: `${model} version ${version}`,
    message: "there is no version of that number.",
    remedy: "`millrace models` lists the versions and their status.",
  });
