import { Retry } from "@millrace/contracts";
import type { Bus } from "@millrace/messaging";
import type { StepContext } from "@millrace/service";

type Drivers = Pick<StepContext, "records" | "artifacts" | "tracking"> & { bus?: Pick<Bus, "publish"> };

export interface Fault {
  /** From 0 to 1, the same for the same seed. */
  draw(): number;
  /** How many of the calls answer with an error after they did what they were asked to. */
  share: number;
  /** The call at which the process stands still, as by SIGSTOP, and what it waits for. */
  stopAt?: { call: number; until: Promise<void> };
}

const fault = () => new Retry({ code: "TEST_FAULT", message: "the answer was lost." });

/** The same drivers; some of their calls do their work and then fail, and at one of them the process may stand still. */
export function faulty<Context extends Drivers>(context: Context, { draw, share, stopAt }: Fault): Context {
  let calls = 0;
  const wrap = <Driver extends object>(driver: Driver, methods: readonly string[]): Driver =>
    new Proxy(driver, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function" || !methods.includes(String(name))) return method;
        return async (...args: unknown[]) => {
          if (++calls === stopAt?.call) await stopAt.until;
          const result: unknown = await method.apply(target, args);
          if (draw() < share) throw fault();
          return result;
        };
      },
    });
  const recordCalls = ["get", "putIfAbsent", "compareAndSet", "update", "remove", "query"];
  return {
    ...context,
    artifacts: wrap(context.artifacts, ["put", "get", "putNamed", "getNamed"]),
    tracking: wrap(context.tracking, ["registerVersion", "tagVersion", "setAlias", "getAlias", "openRun"]),
    records: { ...context.records, records: (definition) => wrap(context.records.records(definition), recordCalls) },
    ...(context.bus !== undefined && { bus: wrap(context.bus, ["publish"]) }),
  };
}

/** As the broker does: delivered again until it is done. */
export async function untilDone<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Retry) || attempt === 500) throw error;
    }
  }
}

/** A linear congruential generator is random enough to pick where to fail, and the same on every machine. */
export function seeded(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
