import { runOf, type CloudEvent } from "@millrace/contracts";

/** The run that an arrival of the gateway's own with this id begins. */
export const runOfArrival = (id: string): string => runOf({ source: "/millrace/gateway", id } as CloudEvent);
