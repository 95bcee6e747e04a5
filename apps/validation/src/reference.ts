import type { Profile } from "@millrace/drift";

/** What the report shows the distributions beside. */
export interface Reference {
  readonly name: string;
  readonly profile: Profile;
}
