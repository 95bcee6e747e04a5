import type { CloudEvent, DependencyHealth, Problem } from "@millrace/contracts";

/** How the bus is opened. Everything but the names of the service and of this instance has a default. */
export interface BusConfig {
  /** amqp(s)://…; unset means the embedded broker of this process. */
  url?: string;
  /** Buses with the same name share one embedded broker. */
  embeddedName?: string;
  service: string;
  instance: string;
  /** How many messages of a queue one instance works on at a time. */
  prefetch?: number;
  clock?: () => Date;
  ladder?: readonly Rung[];
  maxAttempts?: number;
  confirmTimeoutMs?: number;
  /** What a `Retry` with a dependency asks: while it says false the attempts are not counted. */
  dependencyUp?: (name: string) => Promise<boolean>;
  on?: BusObserver;
}

/** One step of the retry ladder. Two ladders over the same queues need different names for different times. */
export interface Rung {
  readonly name: string;
  readonly ms: number;
}

export interface Bus {
  /** Resolves when the broker has the event safely. A transient event resolves at once and may be lost. */
  publish(event: CloudEvent, options?: PublishOptions): Promise<void>;
  /** Works off a durable queue that all instances share. It heals by itself until it is cancelled. */
  consume(queue: string, handler: Handler, options?: ConsumeOptions): Promise<Consumption>;
  /** Hears every event of the routing keys while connected; what was missed is read from the store in `onConnect`. */
  listen(routingKeys: readonly string[], handler: Listener, options?: ListenOptions): Promise<Consumption>;
  /** How many messages wait, of every queue of the topology. */
  depths(): Promise<QueueDepth[]>;
  readonly deadLetters: DeadLetters;
  health(): DependencyHealth;
  close(options?: { drainMs?: number }): Promise<void>;
}

export interface PublishOptions {
  transient?: boolean;
  /** The exchange of a queue that has one of its own; unset: that of the events. */
  exchange?: string;
}

export interface ConsumeOptions {
  prefetch?: number;
  /** Makes an event of a message that is none; what it throws decides as what a handler throws. */
  parse?: (content: Uint8Array) => CloudEvent;
}

/** Resolves when the message may be acknowledged. What it throws decides between retry and dead letter. */
export type Handler = (delivery: Delivery) => Promise<Detached | void>;

/** Work that goes on after the message is acknowledged; when it fails, the same rules decide as if it were in hand. */
export interface Detached {
  readonly behind: Promise<void>;
}

export type Listener = (event: CloudEvent) => Promise<void> | void;

export interface ListenOptions {
  /** Called after each subscription; when it throws, the subscription is made again after a pause. */
  onConnect?: () => void | Promise<void>;
}

export interface Delivery {
  event: CloudEvent;
  /** 1 for the first. */
  attempt: number;
  firstSeen: Date;
  queue: string;
  redelivered: boolean;
  /** Since when it has been waiting in the queue: when it was published, or when its retry fell due. */
  enqueuedAt?: Date;
}

export interface Consumption {
  cancel(): Promise<void>;
}

export interface QueueDepth {
  queue: string;
  ready: number;
  retrying: number;
  dead: number;
}

export interface DeadLetters {
  /** The oldest of each queue first; they stay where they are. */
  list(options?: { queue?: string; limit?: number }): Promise<DeadLetter[]>;
  show(id: string): Promise<DeadLetter | undefined>;
  /** Back to the queue it came from, as if it were new. False when there is no such letter. */
  replay(id: string): Promise<boolean>;
  drop(id: string): Promise<boolean>;
}

export interface DeadLetter {
  /** `<key>@<queue>`. */
  id: string;
  queue: string;
  event?: CloudEvent;
  /** Only when it can't be parsed as an event. */
  body?: string;
  problem: Problem;
  stack?: string;
  attempts: number;
  firstSeen: Date;
  deadAt: Date;
}

export type Outcome = "done" | "retried" | "rejected";
export type Role = "publish" | "consume";

/** What metrics and logs want to know. An observer must not throw. */
export interface BusObserver {
  outcome?(queue: string, type: string, outcome: Outcome, attempt: number, seconds: number): void;
  deadLettered?(letter: DeadLetter): void;
  connection?(role: Role, up: boolean, detail?: string): void;
  /** A listener's handler threw: the broadcast goes on without it. */
  listenerFailed?(type: string, error: unknown): void;
}
