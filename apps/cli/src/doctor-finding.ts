import { problemOf } from "@millrace/contracts";

export interface Finding {
  /** "off": not there, which is no mistake. */
  state: "ok" | "off" | "wrong";
  detail: string;
  remedy?: string;
}

/** What a driver threw, as a finding. */
export function wrong(error: unknown): Finding {
  const { message, where, remedy } = problemOf(error);
  return { state: "wrong", detail: where === undefined ? message : `${where}: ${message}`, remedy };
}
