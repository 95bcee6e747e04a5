import type { AnyEvent, CloudEvent, DataOf, Emission, PipelineSpec } from "@millrace/contracts";
import type { ArtifactStore, RecordStore } from "@millrace/storage";
import type { Tracking } from "@millrace/tracking";
import type { Environment, PlatformSettings } from "./configuration.js";
import type { Log } from "./log.js";
import type { Clock } from "./platform.js";

export interface Progress {
  done?: number;
  total?: number;
}

/** What a step may use. It never publishes, acknowledges or retries by itself: it returns what it has to say, or throws. */
export interface StepContext<On extends AnyEvent = AnyEvent> {
  readonly run: string;
  readonly event: CloudEvent<DataOf<On>>;
  /** The configuration that the run began with, where the event names one. */
  readonly pipeline: DataOf<On> extends { spec: unknown } ? PipelineSpec : undefined;
  readonly artifacts: ArtifactStore;
  readonly records: RecordStore;
  readonly tracking: Tracking;
  readonly settings: PlatformSettings;
  /** For what pipeline.yaml refers to, and for settings of the step's own service. */
  readonly environment: Environment;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  progress(message: string, progress?: Progress): void;
}

export interface StepDefinition<On extends AnyEvent = AnyEvent> {
  readonly name: string;
  /** Raise it when the code gives another result for the same input: what an older version did is not reused then. */
  readonly version?: number;
  readonly on: On;
  readonly emits: readonly AnyEvent[];
  /** The result depends on the event alone, so that another run with the same input takes it over. */
  readonly pure?: boolean;
  /** Takes long: claimed by a lease and acknowledged before the work, so that no broker's time limit cuts it off. */
  readonly long?: boolean;
  run(data: DataOf<On>, context: StepContext<On>): Promise<Emission | undefined>;
}

/** Any step; what `run` takes is checked where the step is defined. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a parameter of type `never` would refuse every caller
export type AnyStep = Omit<StepDefinition, "run"> & { run(data: any, context: any): Promise<Emission | undefined> };

export const step = <const On extends AnyEvent>(definition: StepDefinition<On>): AnyStep => definition;
