import type { LoadedModel } from "@millrace/learning";

export interface ServableModel extends LoadedModel {
  /** Gives back what the model holds outside of the heap; nobody may ask it any more. */
  close?(): Promise<void>;
}
