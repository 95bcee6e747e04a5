/**
 * One line of a model's history. Lines are only ever added: changes of the deployment are its generations, which nobody
 * writes twice, and everything else is a record of its own.
 */
export interface AuditRecord {
  model: string;
  at: string;
  /** `promoted`, `rollout-begun`, `approved`, `rejected`, `alias-refused`, `collected`, … */
  kind: string;
  /** A caller's name, or the service that did it by itself. */
  by: string;
  reason: string;
  version?: number;
  /** The version that served all before and after. */
  from?: number;
  to?: number;
  generation?: number;
  /** The share of the traffic that a version on its way answers from here on. */
  percent?: number;
  run?: string;
}
