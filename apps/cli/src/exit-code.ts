import { ProblemError, type Problem, type RunStatus } from "@millrace/contracts";

export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  rejected: 3,
  failed: 4,
  unreachable: 5,
  timedOut: 6,
} as const;

/** A problem that ends the command with an exit code of its own. */
export class CommandProblem extends ProblemError {
  override readonly name = "CommandProblem";
  readonly exit: number;

  constructor(exit: number, problem: Problem) {
    super(problem);
    this.exit = exit;
  }
}

const verdicts: Record<RunStatus, number> = {
  waiting: exitCodes.ok,
  running: exitCodes.ok,
  superseded: exitCodes.ok,
  promoted: exitCodes.ok,
  "rolled-back": exitCodes.ok,
  done: exitCodes.ok,
  rejected: exitCodes.rejected,
  failed: exitCodes.failed,
};

export const exitOfRun = (status: RunStatus): number => verdicts[status];
export const exitOf = (error: unknown): number => (error instanceof CommandProblem ? error.exit : exitCodes.error);
