import type { PipelineSpec } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";

/** What the parts of a training use of the step's context. */
export type PipelineContext = Pick<
  StepContext,
  "run" | "artifacts" | "records" | "clock" | "progress" | "signal" | "log"
> & { readonly pipeline: PipelineSpec };
