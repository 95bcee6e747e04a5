import { digestOf, shortDigestOf, type PipelineSpec } from "@millrace/contracts";
import { defineCollection, type RecordStore } from "@millrace/storage";
import type { Cuts, SplitRule } from "@millrace/tables";

export interface SplitCuts {
  readonly pipeline: string;
  readonly cuts: Cuts;
}

export const splitCutsCollection = defineCollection<SplitCuts>({ name: "split-cuts", indexes: {} });

export interface RememberedCuts {
  known(): Promise<Cuts | undefined>;
  /** What holds from now on: of two datasets at the same time the first one decides. */
  remember(cuts: Cuts): Promise<Cuts>;
}

/**
 * The first dataset of a pipeline decides where rows are cut, by put-if-absent, and a class that comes later is added once:
 * so a row is on the same side in every run, and no model is judged by rows that the one before learned from. By time the
 * latest rows are the test rows, each time anew.
 */
export function rememberedCuts(records: RecordStore, pipeline: string, rule: SplitRule): RememberedCuts {
  const all = records.records(splitCutsCollection);
  const key = `${pipeline}/${shortDigestOf(rule, 16)}`;
  return {
    known: async () => (rule.time === undefined ? (await all.get(key))?.value.cuts : undefined),
    async remember(cuts) {
      if (rule.time !== undefined) return cuts;
      await all.update(key, (current) => {
        const next = { ...cuts, ...current?.cuts };
        return current && digestOf(next) === digestOf(current.cuts) ? undefined : { pipeline, cuts: next };
      });
      return (await all.get(key))!.value.cuts;
    },
  };
}

export function splitRule({ target, split }: PipelineSpec): SplitRule {
  const { test, seed, group, time, key } = split;
  const stratified = split.stratify && group === undefined && time === undefined;
  return JSON.parse(
    JSON.stringify({ test, seed, group, time, key, stratify: stratified ? target.column : undefined }),
  ) as SplitRule;
}
