import { ProblemError } from "@millrace/contracts";

/** How far long work has come: so many of its steps. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Long work calls this between its steps: it ends here when its signal says that nobody waits any more. */
export function refuseCancelled(
  signal: { readonly aborted: boolean } | undefined,
  what: string,
  progress?: Progress,
): void {
  if (!signal?.aborted) return;
  const after = progress === undefined ? "" : ` after ${progress.done} of ${progress.total} steps`;
  throw new ProblemError({
    code: "LEARNING_CANCELLED",
    message: `${what} was called off${after}.`,
    remedy: "Start it again for a result.",
  });
}
