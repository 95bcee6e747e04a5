import { workAll } from "./work-all.js";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("work on many items", () => {
  it("gives the results in the order of the items, and does no more at a time than it may", async () => {
    let [now, most] = [0, 0];
    const results = await workAll([3, 1, 2, 0], 2, async (turns, index) => {
      most = Math.max(most, ++now);
      for (let count = 0; count < turns; count++) await turn();
      now--;
      return index * 10;
    });
    expect(results).toEqual([0, 10, 20, 30]);
    expect(most).toBe(2);
  });

  it("throws what the first of those that failed threw, whichever failed first, and begins no more", async () => {
    const begun: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      if (item === 0) await turn();
      throw new Error(`item ${item}`);
    };
    await expect(workAll([0, 1, 2, 3], 2, work)).rejects.toThrow("item 0");
    expect(begun).toEqual([0, 1]);
  });

  it("has nothing to do for no items", async () => {
    expect(await workAll([], 4, () => Promise.reject(new Error("never")))).toEqual([]);
  });
});
