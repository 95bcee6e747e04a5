import type { DataOf, datasetTransformed } from "@millrace/contracts";

type Data = DataOf<typeof datasetTransformed>;
/** An event takes fields that it does not know; what this step says are those that it does. */
type Known = { [Name in keyof Data as string extends Name ? never : Name]: Data[Name] };
/** What the step makes of a dataset, which does not depend on the run. */
export type Features = Omit<Known, "pipeline" | "spec" | "dataset" | "schema">;
