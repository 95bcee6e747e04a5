import { ProblemError, problemOf, Retry, sentenceOf } from "@millrace/contracts";
import { createMlflowClient, type MlflowClientOptions } from "@millrace/mlflow-client-ts";
import { openLocalHistory, type HistoricAlias, type HistoricRun, type HistoricVersion } from "./local-history.js";
import { asking } from "./mlflow-problems.js";
import { openMlflowTracking } from "./mlflow-tracking.js";
import type { Push, Pushed } from "./push.js";
import { pushRun, pushedRuns } from "./push-run.js";
import { pushAlias, pushVersion } from "./push-version.js";
import type { Tracking } from "./tracking.js";

export interface HistoryToPush {
  /** The folder of the local driver. */
  dir: string;
  to: MlflowClientOptions;
  /** These alone; all of them unless told. */
  experiments?: readonly string[];
  /** Told what is being done, a line at a time. */
  say: (line: string) => void;
}

/**
 * Brings the whole local history to an MLflow server. Runs and versions are found again by their keys, so it may be broken
 * off and done again: what the server has is left as it is.
 */
export async function pushHistory({ dir, to, experiments, say }: HistoryToPush): Promise<Pushed> {
  const history = await openLocalHistory(dir);
  const client = createMlflowClient(to);
  const version = await asking("the server's version", () => client.server.version());
  say(`MLflow ${version} at ${addressIn(to.trackingUri)}`);
  const done: Pushed = { runs: 0, versions: 0, aliases: 0, known: 0, failed: 0 };
  const trackingAt = (at: string): Tracking => openMlflowTracking(client, () => new Date(at));
  const runs = await history.runs();
  refuseUnknown(experiments, new Set(runs.map(({ experiment }) => experiment)), dir);
  const wanted = ({ experiment }: { experiment: string }): boolean => experiments?.includes(experiment) ?? true;
  const push: Push = { client, runs, done, say, trackingAt };
  await pushRuns(push, runs.filter(wanted));
  const versions = (await history.versions()).filter(wanted);
  await pushVersions(push, versions);
  await pushAliases(push, versions, await history.aliases([...new Set(versions.map(({ model }) => model))]));
  return done;
}

async function pushRuns(push: Push, runs: readonly HistoricRun[]): Promise<void> {
  const known = await pushedRuns(push.client, new Set(runs.map(({ experiment }) => experiment)));
  for (const [index, run] of runs.entries())
    await unlessRefused(push, `run ${run.name} of ${run.experiment}`, () =>
      pushRun(push, run, known, `run ${index + 1} of ${runs.length}`),
    );
}

async function pushVersions(push: Push, versions: readonly HistoricVersion[]): Promise<void> {
  for (const [index, version] of versions.entries())
    await unlessRefused(push, `version ${version.version} of ${version.model}`, () =>
      pushVersion(push, version, `version ${index + 1} of ${versions.length}`),
    );
}

async function pushAliases(
  push: Push,
  versions: readonly HistoricVersion[],
  aliases: readonly HistoricAlias[],
): Promise<void> {
  for (const alias of aliases) {
    const to = versions.find(({ model, version }) => model === alias.model && version === alias.version);
    if (to) await unlessRefused(push, `alias ${alias.alias} of ${alias.model}`, () => pushAlias(push, alias, to.key));
  }
}

/** What the server refuses does not keep the rest from it; an outage does. */
async function unlessRefused({ done, say }: Push, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Retry || !(error instanceof ProblemError)) throw error;
    done.failed++;
    say(`${what} was refused: ${sentenceOf(problemOf(error))}`);
  }
}

function refuseUnknown(wanted: readonly string[] | undefined, known: ReadonlySet<string>, dir: string): void {
  const unknown = wanted?.filter((experiment) => !known.has(experiment)) ?? [];
  if (unknown.length === 0) return;
  throw new ProblemError({
    code: "TRACKING_EXPERIMENT_UNKNOWN",
    where: dir,
    message: `there is no experiment ${unknown.join(", ")}.`,
    remedy: known.size > 0 ? `There are ${[...known].sort().join(", ")}.` : "There are no runs at all.",
  });
}

/** Without the password that may be in it. */
const addressIn = (uri: string): string => uri.replace(/\/\/[^/@]*@/, "//");
