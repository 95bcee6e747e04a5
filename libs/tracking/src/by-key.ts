/**
 * What stands for a run or a version that the server has not numbered yet: it says the key, so that anybody who gets it can
 * find what it stands for once the server has it.
 */
export const runByKey = (experiment: string, key: string): string => `key:${JSON.stringify([experiment, key])}`;

export function keyOfRun(runId: string): { experiment: string; key: string } | undefined {
  if (!runId.startsWith("key:[")) return undefined;
  const [experiment, key] = JSON.parse(runId.slice(4)) as [string, string];
  return { experiment, key };
}

export const versionByKey = (key: string): string => `key:${key}`;

export const keyOfVersion = (version: string): string | undefined =>
  version.startsWith("key:") ? version.slice(4) : undefined;

/** Marks a version that was given out by its key, so that it is called by it ever after. */
export const BY_KEY_TAG = "millrace.by-key";
