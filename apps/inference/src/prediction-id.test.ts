import { predictionId } from "./prediction-id.js";

describe("the id of a prediction", () => {
  it("is a random UUID of version 4, and no two are the same", () => {
    const ids = Array.from({ length: 1000 }, predictionId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(1000);
  });

  it("has every digit in every place", () => {
    const ids = Array.from({ length: 2000 }, predictionId);
    for (const place of [0, 7, 9, 16, 20, 24, 35]) expect(new Set(ids.map((id) => id[place])).size).toBe(16);
  });
});
