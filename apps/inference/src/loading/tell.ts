import {
  envelope,
  modelDeployed,
  modelRefused,
  problemOf,
  type AnyEvent,
  type DeployedVersion,
  type DeploymentRecord,
  type Emission,
} from "@millrace/contracts";
import { errorFields, type Platform } from "@millrace/service";
import type { Lane } from "../rollout/lane.js";

export type TellPlatform = Pick<Platform, "bus" | "instance" | "clock" | "log">;

/** Tells that this replica answers with another champion than before. */
export function tellDeployed(platform: TellPlatform, { record, champion }: Lane, loadSeconds: number): void {
  const { model, generation, run } = record;
  const { version } = champion;
  platform.log.info("a model serves", { model, version, generation, seconds: loadSeconds, run });
  const told = { pipeline: model, model, version, generation, replica: platform.instance, loadSeconds };
  publish(platform, modelDeployed, modelDeployed(told), record);
}

/** Tells that this replica does not take a version; the problem says why. */
export function tellRefused(
  platform: TellPlatform,
  record: DeploymentRecord,
  { version }: DeployedVersion,
  error: unknown,
): void {
  const { model, generation, run } = record;
  const fields = { model, version, generation, run, ...errorFields(error) };
  platform.log.error("a deployed model can't be loaded; what served before goes on", fields);
  const told = { pipeline: model, model, version, generation, replica: platform.instance, problem: problemOf(error) };
  publish(platform, modelRefused, modelRefused(told), record);
}

function publish(platform: TellPlatform, definition: AnyEvent, emission: Emission, record: DeploymentRecord): void {
  const { model, run } = record;
  const from = { service: "inference", step: "deploy", run, pipeline: model, time: platform.clock() };
  void platform.bus
    .publish(envelope(definition, emission, from))
    .catch((error: unknown) => platform.log.warn(`${definition.type} could not be told`, errorFields(error)));
}
