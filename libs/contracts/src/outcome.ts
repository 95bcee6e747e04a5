import { ProblemError, problemOf, type Problem } from "./problem.js";

/** The input is bad: dead-letter at once, with the reason. Doing it again would fail again. */
export class Reject extends ProblemError {
  override readonly name = "Reject";
}

/**
 * An outage: try again later. While `dependency` names something whose health check fails the attempts are not counted,
 * so a store that is down dead-letters nothing.
 */
export class Retry extends ProblemError {
  override readonly name = "Retry";
  readonly dependency: string | undefined;

  constructor(problem: Problem, options?: { cause?: unknown; dependency?: string }) {
    super(problem, options);
    this.dependency = options?.dependency;
  }
}

export const retryBecause = (thrown: unknown, dependency: string): Retry =>
  thrown instanceof Retry ? thrown : new Retry(problemOf(thrown), { cause: thrown, dependency });
