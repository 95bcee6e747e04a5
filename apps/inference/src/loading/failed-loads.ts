import { ProblemError, problemOf, Retry, sentenceOf, type Problem } from "@millrace/contracts";

/** What could not be loaded, and when it is worth another try: a package that is corrupt stays so, a store comes back. */
export interface FailedLoads {
  /** Whether it is too early to try this version of a model again. */
  waits(model: string, digest: string): boolean;
  /** True where nobody was told of this failure yet. */
  add(model: string, digest: string, error: unknown): boolean;
  /** A version was loaded: what failed under this name is over. */
  clear(model: string): void;
  problems(): ReadonlyMap<string, Problem>;
  /** The problem of the version itself; undefined while only a store can't be reached. */
  refusalOf(model: string): Problem | undefined;
}

interface Failure {
  readonly digest: string;
  readonly problem: Problem;
  readonly isRefusal: boolean;
  readonly times: number;
  readonly until: number;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 300_000;

const isRefusal = (error: unknown): boolean => error instanceof ProblemError && !(error instanceof Retry);

export function openFailedLoads(now: () => number = () => performance.now()): FailedLoads {
  const failures = new Map<string, Failure>();
  const failureOf = (model: string, digest: string) => {
    const known = failures.get(model);
    return known?.digest === digest ? known : undefined;
  };
  return {
    waits: (model, digest) => (failureOf(model, digest)?.until ?? -Infinity) > now(),
    add(model, digest, error) {
      const known = failureOf(model, digest);
      const [problem, times] = [problemOf(error), (known?.times ?? 0) + 1];
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (times - 1));
      failures.set(model, { digest, problem, isRefusal: isRefusal(error), times, until: now() + wait });
      return known === undefined || sentenceOf(known.problem) !== sentenceOf(problem);
    },
    clear: (model) => void failures.delete(model),
    refusalOf: (model) => (failures.get(model)?.isRefusal ? failures.get(model)!.problem : undefined),
    problems: () => new Map([...failures].map(([model, { problem }]) => [model, problem])),
  };
}
