import { ProblemError } from "@millrace/contracts";

/** A problem of a fold says so: the same rows may be fine as a whole. */
export async function inFold<Result>(fold: number, folds: number, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const place = `fold ${fold} of ${folds}`;
    const where = error.problem.where === undefined ? place : `${place}, ${error.problem.where}`;
    throw new ProblemError({ ...error.problem, where }, { cause: error });
  }
}
