import { greaterIsBetter, type MetricName } from "@millrace/learning";
import type { Metrics, Setting } from "./fit-job.js";
import type { JobResult } from "./job.js";

export type Tell = (message: string, progress: { done: number; total: number }) => void;

export interface Progress {
  /** So many settings at most. */
  expect(settings: number): void;
  /** A setting begins, with so many jobs; gives what is to be told of each. */
  begin(setting: Setting, jobs: number): (result: JobResult) => void;
  /** It is over, with all jobs or without some. */
  end(setting: Setting): void;
}

/** For those who watch: jobs done and how many there will be, the best so far, and about how long the rest takes. */
export function openProgress(metric: MetricName, tell: Tell, now: () => number): Progress {
  const began = now();
  const settings = new Map<string, { family: string; jobs: number; done: number; folds: Metrics[] }>();
  let [expected, jobsOfOne] = [0, 1];
  const keyOf = ({ family, params }: Setting) => JSON.stringify([family, params]);

  function say(): void {
    const done = [...settings.values()].reduce((sum, each) => sum + each.done, 0);
    const total = Math.max(done, Math.max(expected, settings.size) * jobsOfOne);
    const left = ((now() - began) / done) * (total - done);
    tell([`${done} of ${total} jobs`, bestSoFar(), timeLeft(left)].filter(Boolean).join("; "), { done, total });
  }

  function bestSoFar(): string | undefined {
    const sign = greaterIsBetter(metric) ? 1 : -1;
    const scored = [...settings.values()].flatMap(({ family, folds }) => {
      const values = folds.map((fold) => fold[metric]!).filter(Number.isFinite);
      return values.length > 0 ? [{ family, mean: values.reduce((sum, value) => sum + value, 0) / values.length }] : [];
    });
    const best = scored.sort((a, b) => sign * (b.mean - a.mean))[0];
    return best && `best so far ${best.family} with ${metric} ${best.mean.toFixed(4)}`;
  }

  return {
    expect: (count) => void (expected = count),
    begin(setting, jobs) {
      const course = { family: setting.family, jobs, done: 0, folds: [] as Metrics[] };
      settings.set(keyOf(setting), course);
      jobsOfOne = jobs;
      return (result) => {
        course.done++;
        if ("folds" in result) course.folds.push(...result.folds);
        say();
      };
    },
    end(setting) {
      const course = settings.get(keyOf(setting));
      if (course !== undefined) course.done = course.jobs;
    },
  };
}

/** Below a second nobody waits. */
function timeLeft(ms: number): string | undefined {
  if (!(ms >= 1000)) return undefined;
  const seconds = Math.round(ms / 1000);
  return `about ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} left`;
}
