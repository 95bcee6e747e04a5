import type { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";
import { ProblemError, queueName } from "@millrace/contracts";
import type { Access } from "./access/admission.js";
import type { HttpProblem } from "./http-problem.js";
import type { Platform } from "./platform.js";
import type { AnyStep } from "./step.js";

/** What runs besides the steps: servers, watchers. `ready` says what is still missing before it can do its work. */
export interface Running {
  ready?(): string | undefined;
  /** Tried before Express, on the bare request, once it is admitted (`callerOf` knows who called); true: it is answered here. */
  first?(request: IncomingMessage, response: ServerResponse): boolean;
  /** Whether `first` takes a POST to this URL for sure and reads it by `wholeBodyOf`, if it comes whole and unpacked. */
  direct?(url: string): boolean;
  /** Hears of a request that was refused before `first` or Express saw it: cheap, and it never throws. */
  turnedAway?(request: IncomingMessage, problem: HttpProblem): void;
  /** The page for a person who brought no valid key to a page of this service; undefined: the browser asks by itself. */
  signIn?(request: IncomingMessage): string | undefined;
  stop(): Promise<void>;
}

export interface ServiceDefinition {
  readonly name: string;
  readonly steps?: readonly AnyStep[];
  /** Adds the service's own routes; health, readiness and metrics are there already. */
  readonly start?: (platform: Platform, app: Express, access: Access) => Promise<Running> | Running;
  /** Whether it has an HTTP API of its own, which is served also where all services share one process. */
  readonly http?: boolean;
}

/** A service, checked: each of its steps takes an event whose contract says so. */
export function defineService(definition: ServiceDefinition): ServiceDefinition {
  for (const step of definition.steps ?? []) {
    if (step.on.takenBy[definition.name] === step.name) continue;
    throw new ProblemError({
      code: "STEP_WITHOUT_QUEUE",
      where: `${definition.name}/${step.name}`,
      message: `the event ${step.on.type} does not say that this step takes it, so there is no queue ${queueName(definition.name, step.on.type)} for it.`,
      remedy: `Add { ${definition.name}: "${step.name}" } to takenBy in libs/contracts/src/events/${step.on.type.replaceAll(".", "-")}.ts.`,
    });
  }
  return definition;
}
