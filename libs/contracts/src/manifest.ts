import type { CloudEvent } from "./cloud-event.js";
import type { Digest } from "./canonical-json.js";

/**
 * What a step did with one input, written once with put-if-absent after all of its artifacts. It holds the outgoing
 * events: whoever finds it publishes them again instead of doing the step again.
 */
export interface Manifest {
  run: string;
  pipeline: string;
  step: string;
  service: string;
  inputDigest: Digest;
  /** The event that the step was given. */
  eventId: string;
  eventType: string;
  /** The outgoing events; none where the run ends with this step. */
  output: CloudEvent[];
  startedAt: string;
  finishedAt: string;
  /** Set where an identical step of another run had done the work before. */
  reusedFrom?: string;
}
