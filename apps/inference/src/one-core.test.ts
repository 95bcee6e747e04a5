import { suitOneCore } from "./one-core.js";

describe("a process on one core", () => {
  it("collects its garbage by itself; on several it is helped", () => {
    const flags: string[] = [];
    for (const cores of [1, 2, 64]) suitOneCore(cores, (flag) => void flags.push(flag));
    expect(flags).toEqual(["--no-parallel-scavenge"]);
  });
});
