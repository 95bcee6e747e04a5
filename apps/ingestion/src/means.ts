import type { Environment, StepContext } from "@millrace/service";
import type { IngestionSettings } from "./settings.js";

/** What reading a source takes besides the pipeline. */
export interface Means {
  readonly context: Pick<StepContext, "settings" | "signal" | "progress" | "clock" | "artifacts" | "records" | "run">;
  readonly environment: Environment;
  readonly settings: IngestionSettings;
  /** A folder of the run's own, gone when it ends. */
  readonly workFolder: string;
}

/** Says how far it is, once a second at most. */
export function everySecond(context: Pick<StepContext, "progress" | "clock">, what: (count: number) => string) {
  let last = context.clock().getTime();
  return (count: number) => {
    const now = context.clock().getTime();
    if (now - last < 1000) return;
    last = now;
    context.progress(what(count), { done: count });
  };
}

export const counted = (count: number): string => count.toLocaleString("en-US");
