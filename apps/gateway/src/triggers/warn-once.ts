import type { Log } from "@millrace/service";

const REMEMBERED = 1_000;

/** A warning that stays true is said once, not at every look. */
export function warnOnce(log: Log) {
  const said = new Set<string>();
  return (message: string, fields: Record<string, unknown>): void => {
    const key = JSON.stringify([message, fields]);
    if (said.has(key)) return;
    if (said.size >= REMEMBERED) said.clear();
    said.add(key);
    log.warn(message, fields);
  };
}
