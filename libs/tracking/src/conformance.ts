import { conformsInRuns } from "./conformance-runs.js";
import { conformsInVersions } from "./conformance-versions.js";
import type { Driver } from "./conformance-driver.js";

/** What every driver does. */
export function conformsToTracking(driver: Driver): void {
  describe("runs", () => conformsInRuns(driver));
  describe("versions", () => conformsInVersions(driver));

  test("it is healthy, and remembers since when", async () => {
    const tracking = await driver.open();
    const { up, since } = await tracking.health();
    expect(up).toBe(true);
    expect((await tracking.health()).since).toBe(since);
    await tracking.close();
  });
}
