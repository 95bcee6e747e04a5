import type { DependencyHealth } from "@millrace/contracts";

/** A health check that remembers since when it has been as it is. `probe` throws what is wrong. */
export function healthCheck(name: string, clock: () => Date, probe: () => Promise<unknown>) {
  let last: DependencyHealth | undefined;
  return async (): Promise<DependencyHealth> => {
    const detail = await probe().then(
      () => undefined,
      (error: Error) => error.message,
    );
    const up = detail === undefined;
    const since = last?.up === up ? last.since : clock();
    last = { name, up, since, ...(detail !== undefined && { detail }) };
    return last;
  };
}
