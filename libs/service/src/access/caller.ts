import type { IncomingMessage } from "node:http";

export type Scope = "read" | "predict" | "admin";

/** Who called: a key, the bearer of a token, or — where nothing is configured, on loopback — whoever is on this machine. */
export interface Caller {
  /** Stands in audit trails and logs. */
  readonly name: string;
  readonly kind: "open" | "key" | "token";
  /** The public part of a key, or the subject of a token. */
  readonly id?: string;
  readonly scopes: readonly Scope[];
  /** The only models that it may ask; unset: any. */
  readonly models?: readonly string[];
}

export const openCaller: Caller = { name: "anonymous", kind: "open", scopes: ["admin"] };

const admitted = Symbol("caller");

/** Who called: known for every request that reaches a route, `anonymous` where no key is configured. */
export const callerOf = (request: IncomingMessage): Caller =>
  (request as IncomingMessage & { [admitted]?: Caller })[admitted] ?? openCaller;

export function rememberCaller(request: IncomingMessage, caller: Caller): void {
  (request as IncomingMessage & { [admitted]?: Caller })[admitted] = caller;
}

/** An admin may do everything. */
export const has = ({ scopes }: Caller, scope: Scope): boolean => scopes.includes(scope) || scopes.includes("admin");

export const mayAsk = ({ models }: Caller, model: string): boolean => models === undefined || models.includes(model);
