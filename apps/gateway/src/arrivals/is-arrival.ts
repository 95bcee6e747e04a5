import { dataArrived, retrainingRequested, type CloudEvent } from "@millrace/contracts";

/** Whether an event begins a run that has to wait for its turn; a rollback never does. */
export const isArrival = ({ type }: CloudEvent): boolean =>
  type === dataArrived.type || type === retrainingRequested.type;
