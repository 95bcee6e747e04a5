import type { IncomingMessage } from "node:http";
import type { HttpProblem } from "../http-problem.js";
import type { Caller, Scope } from "./caller.js";

export type Admission = { readonly caller: Caller } | { readonly refused: HttpProblem };

/** Decides who may call. The server asks it before any handler sees a request; a route asks again for what only it knows. */
export interface Access {
  /** Synchronous for keys and for tokens seen lately; a new token waits for the keys of its issuer. */
  admit(request: IncomingMessage, scope: Scope): Admission | Promise<Admission>;
  /** The refusal where this caller may not ask this model: for routes where the path does not name it. */
  refusalFor(caller: Caller, model: string): HttpProblem | undefined;
}
