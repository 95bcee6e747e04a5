import type { Problem, RolloutObservation } from "@millrace/contracts";
import { errorFields, rolloutObservationCollection, type Platform } from "@millrace/service";
import type { Observation } from "../served-model.js";
import type { Lane } from "./lane.js";
import { openVersionTally, type VersionTally } from "./version-tally.js";

/** What this replica saw of the rollouts that are on; while none is, everything here is over at once. */
export interface Observations {
  /** Begins a new page where the lane's generation is a new one, and ends it where no rollout is on. */
  follow(lane: Lane, problem?: Problem): void;
  add(model: string, version: number, observation: Observation): void;
  label(model: string, version: number, right: boolean): void;
  stop(): Promise<void>;
}

interface Page {
  readonly generation: number;
  readonly versions: { readonly champion: number; readonly challenger: number };
  readonly champion: VersionTally;
  readonly challenger: VersionTally;
  problem?: Problem;
  news: boolean;
}

const WRITE_EVERY_MS = 1000;

export function openObservations(
  { records, instance, clock, log }: Pick<Platform, "records" | "instance" | "clock" | "log">,
  { everyMs = WRITE_EVERY_MS } = {},
): Observations {
  const pages = new Map<string, Page>();
  const written = records.records(rolloutObservationCollection);
  let writing = Promise.resolve();
  const timer = setInterval(() => void (writing = writing.then(writeNews)), everyMs);
  timer.unref();

  function follow({ record: { model, generation, champion, rollout } }: Lane, problem?: Problem): void {
    if (rollout === undefined) return void pages.delete(model);
    const known = pages.get(model);
    const versions = { champion: champion.version, challenger: rollout.version };
    const page = known?.generation === generation ? known : newPage(generation, versions);
    pages.set(model, Object.assign(page, { problem, news: true }));
  }

  function tallyOf(model: string, version: number): VersionTally | undefined {
    const page = pages.get(model);
    if (page === undefined) return undefined;
    page.news = true;
    return version === page.versions.champion
      ? page.champion
      : version === page.versions.challenger
        ? page.challenger
        : undefined;
  }

  async function writeNews(): Promise<void> {
    for (const [model, page] of pages) if (page.news) await write(model, page);
  }

  async function write(model: string, page: Page): Promise<void> {
    page.news = false;
    const observed = observationOf(model, page);
    try {
      await written.update(`${model}@${page.generation}@${instance}`, () => observed);
    } catch (error) {
      page.news = true;
      log.warn("what was seen of a rollout can't be written down", { model, ...errorFields(error) });
    }
  }

  const observationOf = (model: string, page: Page): RolloutObservation => ({
    ...{ model, generation: page.generation, replica: instance, updatedAt: clock().toISOString() },
    ...{ champion: page.champion.counted(), challenger: page.challenger.counted() },
    ...(page.problem !== undefined && { problem: page.problem }),
  });

  return {
    follow,
    add: (model, version, observation) => tallyOf(model, version)?.add(observation),
    label: (model, version, right) => tallyOf(model, version)?.label(right),
    async stop() {
      clearInterval(timer);
      await writing.then(writeNews);
    },
  };
}

const newPage = (generation: number, versions: Page["versions"]): Page => ({
  ...{ generation, versions, champion: openVersionTally(), challenger: openVersionTally(), news: true },
});
