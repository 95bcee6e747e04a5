import type * as z from "zod";
import { issuesOf, type CloudEvent } from "./cloud-event.js";
import { ProblemError } from "./problem.js";

export interface EventDefinition<Type extends string = string, Data = unknown> {
  readonly type: Type;
  /** Major version; a consumer refuses a higher one. Fields may be added without a new version. */
  readonly version: number;
  readonly summary: string;
  /** The steps that say it; none where it comes from outside, or from every step. */
  readonly saidBy: readonly string[];
  /** Which step of which service takes it. Each such service has a durable queue for it. */
  readonly takenBy: Readonly<Record<string, string>>;
  /** Services of which every replica hears it, and what they do then. */
  readonly heardBy: Readonly<Record<string, string>>;
  /** The services that take it. */
  readonly consumers: readonly string[];
  /** Transient events tell of progress: not persistent, not confirmed one by one, losing one loses nothing. */
  readonly transient: boolean;
  readonly schema: z.ZodType<Data>;
  /** Names the event and its data: what a step returns. */
  (data: Data): Emission<Type, Data>;
}

export interface Emission<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- an event of any data; `unknown` would refuse every definition
export type AnyEvent = EventDefinition<string, any>;

export type DataOf<Definition> = Definition extends EventDefinition<string, infer Data> ? Data : never;

export function defineEvent<const Type extends string, Schema extends z.ZodType>(definition: {
  type: Type;
  version?: number;
  summary: string;
  saidBy?: readonly string[];
  takenBy?: Readonly<Record<string, string>>;
  heardBy?: Readonly<Record<string, string>>;
  transient?: boolean;
  data: Schema;
}): EventDefinition<Type, z.infer<Schema>> {
  const { type, version = 1, summary, saidBy = [], takenBy = {}, heardBy = {}, transient = false, data } = definition;
  const emit = (value: z.infer<Schema>) => ({ type, data: value });
  const flow = { saidBy, takenBy, heardBy, consumers: Object.keys(takenBy) };
  const schema = data as z.ZodType<z.infer<Schema>>;
  return Object.assign(emit, { type, version, summary, ...flow, transient, schema });
}

export const dataSchemaOf = ({ type, version }: Pick<AnyEvent, "type" | "version">): string =>
  `urn:millrace:${type}:${version}`;

/** The data of an event, tolerantly: unknown fields stay, a missing or wrong one is named. */
export function dataOf<Definition extends AnyEvent>(definition: Definition, event: CloudEvent): DataOf<Definition> {
  refuseNewerMajor(definition, event);
  const parsed = definition.schema.safeParse(event.data);
  if (parsed.success) return parsed.data as DataOf<Definition>;
  throw new ProblemError({
    code: "EVENT_DATA_INVALID",
    where: event.type,
    message: `${issuesOf(parsed.error)}.`,
    remedy: `docs/events.md lists the fields of ${event.type}.`,
  });
}

function refuseNewerMajor(definition: AnyEvent, event: CloudEvent): void {
  const major = event.dataschema?.match(/^urn:millrace:.+:(\d+)$/)?.[1];
  if (major === undefined || Number(major) <= definition.version) return;
  throw new ProblemError({
    code: "EVENT_VERSION_UNKNOWN",
    where: event.type,
    message: `version ${major} is newer than ${definition.version}, the newest known here.`,
    remedy: "Upgrade this service, then replay the dead letter.",
  });
}
