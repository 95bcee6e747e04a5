import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  dataSchemaOf,
  rollbackRequested,
  type CloudEvent,
  type DeploymentRecord,
  type ModelVersionRecord,
} from "@millrace/contracts";
import type { Records } from "@millrace/storage";
import { HttpProblem, notFound, versionKey } from "@millrace/service";
import { beginRun, type BeginParts } from "./begin-run.js";

export interface RollbackWish {
  model: string;
  version?: number;
  reason?: string;
  /** Who wants it. */
  by: string;
}

export interface RollbackParts extends BeginParts {
  deployments: Records<DeploymentRecord>;
  versions: Records<ModelVersionRecord>;
  clock: () => Date;
  waitMs?: number;
}

export interface RollbackAnswer {
  done: boolean;
  model: string;
  run: string;
  from: number;
  to: number;
  generation: number;
}

const WAIT_MS = 10_000;
const LOOK_EVERY_MS = 50;

/**
 * Asks the registry for an earlier version, on the deployment as it is now, and waits until that one serves. During a
 * rollout the way back is the champion alone.
 */
export async function rollBack(wish: RollbackWish, parts: RollbackParts): Promise<RollbackAnswer> {
  const current = await deploymentOf(wish.model, parts.deployments);
  const target = await targetOf(wish, current, parts.versions);
  const { run } = await beginRun(wishEvent(wish, current, parts.clock()), parts);
  const changed = await changedDeployment(run, current, parts);
  const endsRollout = target === current.champion.version;
  return {
    ...{ done: changed !== undefined, model: wish.model, run },
    from: endsRollout ? current.rollout!.version : current.champion.version,
    to: changed?.champion.version ?? target,
    generation: changed?.generation ?? current.generation,
  };
}

export async function deploymentOf(model: string, deployments: Records<DeploymentRecord>): Promise<DeploymentRecord> {
  const record = await deployments.get(model);
  if (record !== undefined) return record.value;
  throw notFound({
    code: "MODEL_UNKNOWN",
    where: model.slice(0, 100),
    message: "no version of a model of that name serves.",
    remedy: "GET /models or `millrace models` lists the models.",
  });
}

async function targetOf(wish: RollbackWish, current: DeploymentRecord, versions: Records<ModelVersionRecord>) {
  const back = current.rollout === undefined ? current.previous : current.champion;
  const target = wish.version ?? back?.version;
  if (target === undefined) throw nothingBefore(wish.model, "no earlier version of this model served.");
  if (target === current.champion.version && current.rollout === undefined)
    throw nothingBefore(wish.model, `version ${target} serves already.`);
  if ((await versions.get(versionKey(wish.model, target)))?.value.status === "approved") return target;
  throw notFound({
    code: "VERSION_NOT_APPROVED",
    where: `${wish.model} version ${target}`,
    message: "there is no approved version of that number.",
    remedy: `GET /models/${wish.model} lists the versions and their status.`,
  });
}

const nothingBefore = (model: string, message: string): HttpProblem =>
  new HttpProblem(409, {
    code: "ROLLBACK_NOTHING_BEFORE",
    where: model,
    message,
    remedy: "`millrace models` lists the versions; name one with --to.",
  });

function wishEvent(
  { model, version, reason, by }: RollbackWish,
  { generation }: DeploymentRecord,
  now: Date,
): CloudEvent {
  return {
    ...{ specversion: "1.0" as const, id: randomUUID(), source: "/millrace/gateway", type: rollbackRequested.type },
    ...{ time: now.toISOString(), datacontenttype: "application/json" as const, pipeline: model },
    dataschema: dataSchemaOf(rollbackRequested),
    data: { model, generation, reason: reason ?? "asked for", by, ...(version !== undefined && { version }) },
  };
}

/** The deployment that this run has made; undefined when that takes longer than we wait. */
async function changedDeployment(run: string, before: DeploymentRecord, parts: RollbackParts) {
  const until = performance.now() + (parts.waitMs ?? WAIT_MS);
  while (performance.now() < until) {
    const now = (await parts.deployments.get(before.model))?.value;
    if (now !== undefined && now.run === run) return now;
    const page = (await parts.runs.get(run))?.value;
    if (page?.status === "failed") throw new HttpProblem(409, page.problem!);
    await pause(LOOK_EVERY_MS);
  }
  return undefined;
}
