import type { CloudEvent, PipelineSpec } from "@millrace/contracts";
import { temporaryFolder } from "./temporary-folder.js";

interface StartedPlatform {
  readonly platform: object;
  stop(): Promise<void>;
}

export interface ContextOfStep {
  run?: string;
  pipeline?: PipelineSpec;
  event?: CloudEvent;
  signal?: AbortSignal;
}

/**
 * A platform on embedded drivers in a folder of its own, and contexts of steps on it: what a step's `run` is given. The
 * platform's start is passed in, because this library stands below the one that has it.
 */
export async function openStepBench<Started extends StartedPlatform>(
  start: (environment: Record<string, string>) => Promise<Started>,
  environment: Record<string, string> = {},
) {
  const folder = await temporaryFolder("steps");
  const started = await start({ MILLRACE_DATA_DIR: folder.path, LOG_LEVEL: "error", ...environment });
  const platform = started.platform as Started["platform"];
  return {
    folder: folder.path,
    platform,
    context: (about: ContextOfStep = {}) => stepContext(platform, about),
    async close() {
      await started.stop();
      await folder.remove();
    },
  };
}

/** `told` is what the step said of its progress. */
export function stepContext<Parts extends object>(parts: Parts, about: ContextOfStep = {}) {
  const told: string[] = [];
  const { run = "run-1", pipeline, event, signal = new AbortController().signal } = about;
  return { ...parts, run, pipeline, event, signal, told, progress: (message: string) => void told.push(message) };
}
