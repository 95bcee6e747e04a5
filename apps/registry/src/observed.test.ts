import type { RolloutObservation, VersionObservation } from "@millrace/contracts";
import { addedUp } from "./observed.js";

const seen = (predictions: VersionObservation["predictions"]): VersionObservation => ({
  ...{ requests: 1, errors: 0, latencies: [], labelled: 0, right: 0, predictions },
});

describe("what all replicas saw of a rollout", () => {
  it("is added up by class, whatever the class is named", () => {
    const of = (count: number) => Object.fromEntries([["__proto__", count] as const, ["constructor", 1] as const]);
    const replicas = [2, 3].map((count) => ({ champion: seen(of(count)), challenger: seen({}) }));
    const { champion } = addedUp(replicas as unknown as RolloutObservation[]);
    expect(Object.entries(champion.predictions)).toEqual([
      ["__proto__", 5],
      ["constructor", 2],
    ]);
  });
});
