import { ProblemError, Retry } from "@millrace/contracts";

export const unknownRun = (runId: string): ProblemError =>
  new ProblemError({
    code: "TRACKING_RUN_UNKNOWN",
    where: `run ${runId}`,
    message: "there is no such run.",
    remedy: "Open it first; if it was deleted in the tracking server, restore it there.",
  });

export const unknownVersion = (model: string, version: string): ProblemError =>
  new ProblemError({
    code: "TRACKING_VERSION_UNKNOWN",
    where: `model ${model}`,
    message: `there is no version ${version}.`,
    remedy: "Register it first; if it was deleted in the tracking server, train and register it again.",
  });

/** Another process has it, and MLflow not yet. */
export const notYetMirrored = (where: string, key: string): Retry =>
  new Retry(
    {
      code: "TRACKING_NOT_YET_MIRRORED",
      where,
      message: `what was registered as ${key} while MLflow was away is not in MLflow yet.`,
      remedy: "It comes with the process that has it: see the spool folder of its tracking data.",
    },
    { dependency: "mlflow" },
  );

type Params = Readonly<Record<string, string>>;

/** A run's params say how it was made, so they never change; returns those that are not yet logged. */
export function newParams(key: string, wanted: Params = {}, logged: Params = {}): Record<string, string> {
  const changed = Object.keys(wanted).filter((name) => logged[name] !== undefined && logged[name] !== wanted[name]);
  if (changed.length > 0) throw changedParams(key, changed, wanted, logged);
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => logged[name] === undefined));
}

function changedParams(key: string, names: string[], wanted: Params, logged: Params): ProblemError {
  const changes = names.map((name) => `${name} was ${logged[name]} and shall be ${wanted[name]}`).join("; ");
  return new ProblemError({
    code: "TRACKING_PARAM_CHANGED",
    where: `run with key ${key}`,
    message: `params cannot change: ${changes}.`,
    remedy: "Use another key for a run with other params.",
  });
}
