import { ProblemError, type DataOf, type ModelVersionRecord, type rollbackRequested } from "@millrace/contracts";

type Wish = DataOf<typeof rollbackRequested>;

export const nothingBefore = ({ model }: Wish, target?: number): ProblemError =>
  new ProblemError({
    code: "ROLLBACK_NOTHING_BEFORE",
    where: model,
    message: target === undefined ? "no earlier version of this model served." : `version ${target} serves already.`,
    remedy: "`millrace models` lists the versions; name one with --to.",
  });

export const notApproved = (model: string, target: number, found: ModelVersionRecord | undefined): ProblemError =>
  new ProblemError({
    code: "VERSION_NOT_APPROVED",
    where: `${model} version ${target}`,
    message: whyNot(found),
    remedy: "`millrace models` lists the versions and their status.",
  });

function whyNot(found: ModelVersionRecord | undefined): string {
  if (found === undefined) return "there is no version of that number.";
  if (found.status === "rejected") return `it was rejected: ${found.reason}`;
  return `its package was collected at ${found.collectedAt}: no rule kept it any more.`;
}

export const changedMeanwhile = ({ model, generation }: Wish): ProblemError =>
  new ProblemError({
    code: "DEPLOYMENT_CHANGED",
    where: model,
    message: `the deployment changed since generation ${generation}, on which this rollback was decided.`,
    remedy: "Look at `millrace models` again, then decide anew.",
  });
