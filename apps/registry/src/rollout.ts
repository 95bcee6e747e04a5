import { rolloutChanged, secondsOf, type DeploymentRecord, type PromoteSpec, type Rollout } from "@millrace/contracts";
import type { DeployedVersion } from "@millrace/contracts";

/** The rollout that a new version begins with; undefined where it is to serve at once. */
export function firstStep(
  to: DeployedVersion,
  { canary, shadow, every, requests, abort }: PromoteSpec,
  { run, reason, now }: { run: string; reason: string; now: Date },
): Rollout | undefined {
  const steps = stepsOf(canary);
  if (shadow === undefined && steps[0] === 100) return undefined;
  const everySeconds = secondsOf(every);
  return {
    ...to,
    ...{ steps, step: 0, since: now.toISOString(), shadow: shadow !== undefined },
    percent: shadow === undefined ? steps[0]! : 0,
    stepSeconds: shadow === undefined ? everySeconds : secondsOf(shadow),
    plan: { run, reason, everySeconds, requests, budgets: abort },
  };
}

/** Every rollout ends with all of the traffic, whether that is said or not. */
const stepsOf = (canary: readonly number[] = [100]): readonly number[] =>
  canary.at(-1) === 100 ? canary : [...canary, 100];

/** What comes after this step; undefined: the version becomes the champion. */
export function nextStep(rollout: Rollout, now: Date): Rollout | undefined {
  const step = rollout.shadow ? 0 : rollout.step + 1;
  const percent = rollout.steps[step] ?? 100;
  if (percent >= 100) return undefined;
  const stepSeconds = rollout.plan?.everySeconds ?? rollout.stepSeconds;
  return { ...rollout, ...{ step, percent, stepSeconds, shadow: false, since: now.toISOString() } };
}

/** What is told of a generation that began a step of a rollout. */
export function tellRollout(pipeline: string, state: "begun" | "advanced", made: DeploymentRecord) {
  const { model, champion, generation, reason, rollout } = made;
  const { version, percent, shadow, step, steps } = rollout!;
  return rolloutChanged({
    ...{ pipeline, model, version, champion: champion.version, state, percent, shadow, step, steps: [...steps] },
    ...{ generation, reason },
  });
}

/** What is told of a generation that took a version back. */
export function tellTakenBack(pipeline: string, version: number, before: Rollout | undefined, made: DeploymentRecord) {
  const { model, champion, generation, reason } = made;
  const { percent = 0, shadow = false, step = 0, steps = [] } = before ?? {};
  return rolloutChanged({
    ...{ pipeline, model, version, champion: champion.version, state: "aborted" as const },
    ...{ percent, shadow, step, steps: [...steps], generation, reason },
  });
}
