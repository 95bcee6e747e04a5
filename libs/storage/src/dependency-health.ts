import { problemOf, type DependencyHealth } from "@millrace/contracts";

/** Remembers when a dependency last changed between up and down. `probe` throws while it is down. */
export function healthOf(
  name: string,
  probe: () => Promise<string | void>,
  clock: () => Date,
): () => Promise<DependencyHealth> {
  let last: { up: boolean; since: Date } | undefined;
  return async () => {
    const { up, detail } = await outcomeOf(probe);
    if (last?.up !== up) last = { up, since: clock() };
    return { name, up, since: last.since, ...(detail !== undefined && { detail }) };
  };
}

async function outcomeOf(probe: () => Promise<string | void>): Promise<{ up: boolean; detail?: string }> {
  try {
    const detail = await probe();
    return { up: true, ...(detail !== undefined && { detail }) };
  } catch (thrown) {
    return { up: false, detail: problemOf(thrown).message };
  }
}
