import { errorFields, type Platform } from "@millrace/service";
import type { Observation } from "../served-model.js";
import type { ServingMetrics } from "../loading/serving-metrics.js";
import type { Lane } from "./lane.js";
import { openShadow, type Shadow } from "./shadow.js";

/** The shadows of all models that have one. */
export interface Shadows {
  /** Opens or ends the shadow of a lane, as its record says. */
  follow(lane: Lane): void;
  mirror(model: string, features: unknown, id: string): void;
  /** The true label of an answer that `version` gave. */
  label(model: string, version: number, id: string, label: string): void;
  stop(): Promise<void>;
}

export interface ShadowsParts {
  readonly platform: Pick<Platform, "artifacts" | "log">;
  readonly limit: number;
  readonly metrics: ServingMetrics;
  readonly observe: (model: string, version: number, observation: Observation) => void;
  readonly labelled: (model: string, version: number, right: boolean) => void;
}

interface Opened {
  readonly version: number;
  shadow?: Shadow;
}

export function openShadows(parts: ShadowsParts): Shadows {
  const { limit, metrics, observe } = parts;
  const { artifacts, log } = parts.platform;
  const opened = new Map<string, Opened>();

  function follow({ record: { model, rollout }, challenger }: Lane): void {
    const wanted = rollout?.shadow === true && challenger !== undefined ? rollout : undefined;
    const current = opened.get(model);
    if (current?.version === wanted?.version) return;
    opened.delete(model);
    void current?.shadow?.stop();
    if (wanted === undefined) return;
    const next: Opened = { version: wanted.version };
    opened.set(model, next);
    open(model, next, wanted.package).catch((error: unknown) => tellFailed(model, next.version, error));
  }

  async function open(model: string, next: Opened, bytes: Parameters<typeof artifacts.get>[0]): Promise<void> {
    const [answered, dropped] = ["answered", "dropped"].map((outcome) => metrics.shadowRows.labels({ model, outcome }));
    const shadow = openShadow({
      ...{ bytes: await artifacts.get(bytes), limit, dropped: () => dropped!.inc() },
      observe(observation) {
        answered!.inc();
        observe(model, next.version, observation);
      },
      labelled: (right) => parts.labelled(model, next.version, right),
      failed: (error) => tellFailed(model, next.version, error),
    });
    if (opened.get(model) === next) next.shadow = shadow;
    else await shadow.stop();
  }

  const tellFailed = (model: string, version: number, error: unknown) =>
    log.error("the shadow of a model answers no more", { model, version, ...errorFields(error) });

  return {
    follow,
    mirror: (model, features, id) => opened.get(model)?.shadow?.mirror(features, id),
    label(model, version, id, label) {
      const of = opened.get(model);
      // Who was asked by number and answered itself has been told already.
      if (of?.version !== version) of?.shadow?.label(id, label);
    },
    async stop() {
      const shadows = [...opened.values()];
      opened.clear();
      await Promise.all(shadows.map(({ shadow }) => shadow?.stop()));
    },
  };
}
