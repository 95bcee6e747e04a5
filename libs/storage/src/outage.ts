import { Retry, problemOf } from "@millrace/contracts";

export type Dependency = "artifacts" | "records";

/** The server behind a store does not answer, or will not let us in: nothing is wrong with what was asked. */
export const outage = (dependency: Dependency, thrown: unknown, remedy: string): Retry =>
  new Retry(
    { code: `${dependency.toUpperCase()}_UNAVAILABLE`, message: `${problemOf(thrown).message}.`, remedy },
    { cause: thrown, dependency },
  );

/**
 * Ends a wait that the SDK's own time-outs leave open (one for each attempt and each host, and none for some stalls): a
 * handler that hangs would hold its message for ever.
 */
export async function within<T>(ms: number, what: string, does: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} did not answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([does, late]);
  } finally {
    clearTimeout(timer);
    does.catch(() => undefined);
  }
}

export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}
