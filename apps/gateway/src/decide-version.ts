import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  dataSchemaOf,
  versionDecided,
  type CloudEvent,
  type DeploymentRecord,
  type ModelVersionRecord,
} from "@millrace/contracts";
import { HttpProblem, notFound, versionKey } from "@millrace/service";
import type { Records } from "@millrace/storage";
import { beginRun, type BeginParts } from "./begin-run.js";

export interface DecisionWish {
  model: string;
  version: number;
  approved: boolean;
  reason: string;
  by: string;
}

export interface DecisionParts extends BeginParts {
  deployments: Records<DeploymentRecord>;
  versions: Records<ModelVersionRecord>;
  clock: () => Date;
  waitMs?: number;
}

export interface DecisionAnswer {
  /** Whether the registry has written it down; else it is under way. */
  done: boolean;
  model: string;
  version: number;
  run: string;
  approved: boolean;
  by: string;
}

const WAIT_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Tells the registry what somebody decided of a version, and waits until it is written down. */
export async function decideVersion(wish: DecisionWish, parts: DecisionParts): Promise<DecisionAnswer> {
  const known = await versionNamed(wish, parts.versions);
  const answer = { model: wish.model, version: wish.version, run: known.run, approved: wish.approved, by: wish.by };
  if (isSaid(known, wish)) return { ...answer, by: known.decision!.by, done: true };
  await refuseHopeless(known, wish, parts);
  const event = eventOf(wish, known, parts.clock());
  await beginRun(event, parts);
  const heard = await heardDecision(wish, event.id, known, parts);
  return { ...answer, done: heard };
}

async function versionNamed({ model, version }: DecisionWish, versions: Records<ModelVersionRecord>) {
  const record = await versions.get(versionKey(model, version));
  if (record !== undefined) return record.value;
  throw notFound({
    code: "VERSION_UNKNOWN",
    where: `${model.slice(0, 100)} version ${version}`,
    message: "there is no version of that number.",
    remedy: "GET /models/{model} or `millrace models MODEL` lists the versions.",
  });
}

/** The same word said again finds that it is done; a new word is for a version that waits, or is being rolled out. */
const isSaid = ({ awaiting, status, decision }: ModelVersionRecord, { approved }: DecisionWish): boolean =>
  awaiting === undefined && decision?.approved === approved && (status === "approved") === approved;

async function refuseHopeless(known: ModelVersionRecord, wish: DecisionWish, parts: DecisionParts): Promise<void> {
  if (known.awaiting === "approval") return;
  if (!wish.approved && known.awaiting === "turn") return;
  const deployment = (await parts.deployments.get(wish.model))?.value;
  if (!wish.approved && deployment?.rollout?.version === wish.version) return;
  throw waitsForNothing(known, deployment?.champion.version === wish.version);
}

function waitsForNothing({ model, version, status, reason, decision }: ModelVersionRecord, serves: boolean) {
  const before = decision && `${decision.approved ? "approved" : "rejected"} by ${decision.by}: ${decision.reason}`;
  const message = serves
    ? "it serves."
    : status === "rejected"
      ? `it is rejected: ${reason}.`
      : "it waits for nothing.";
  return new HttpProblem(409, {
    code: "VERSION_NOT_AWAITING",
    where: `${model} version ${version}`,
    message: before === undefined ? message : `${message} It was ${before}.`,
    remedy: serves
      ? "`millrace rollback` lets an earlier version serve again."
      : "`millrace models MODEL` tells what waits.",
  });
}

function eventOf(
  { model, version, approved, by, reason }: DecisionWish,
  { run }: ModelVersionRecord,
  now: Date,
): CloudEvent {
  return {
    ...{ specversion: "1.0" as const, id: randomUUID(), source: "/millrace/gateway", type: versionDecided.type },
    ...{ time: now.toISOString(), datacontenttype: "application/json" as const, pipeline: model, run },
    dataschema: dataSchemaOf(versionDecided),
    data: { pipeline: model, model, version, approved, by, reason },
  };
}

/** False when it takes longer than we wait; a problem when somebody else's word came first. */
async function heardDecision(wish: DecisionWish, event: string, before: ModelVersionRecord, parts: DecisionParts) {
  const until = performance.now() + (parts.waitMs ?? WAIT_MS);
  while (performance.now() < until) {
    const known = await versionNamed(wish, parts.versions);
    if (known.decision?.event === event) return true;
    if (known.decision !== undefined && known.decision.event !== before.decision?.event)
      throw waitsForNothing(known, false);
    await pause(LOOK_EVERY_MS);
  }
  return false;
}
