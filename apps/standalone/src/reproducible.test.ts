import { arrive, call, endOfRun, startApp, temporaryFolder } from "@millrace/testing";
import type { RunRecord } from "@millrace/contracts";

/** The digests of everything that a run made, by name. */
async function digestsOf(pipeline: string): Promise<Record<string, string>> {
  const folder = await temporaryFolder("digests");
  const platform = await startApp("standalone", { MILLRACE_DATA_DIR: folder.path, LOG_LEVEL: "info" });
  try {
    const { run } = await arrive(platform.urls.gateway!, { pipeline });
    await endOfRun(platform.urls.gateway!, run);
    const { body } = await call<RunRecord>(`${platform.urls.gateway}/runs/${run}`);
    const found: Record<string, string> = {};
    const look = (value: unknown): void => {
      if (value === null || typeof value !== "object") return;
      const { name, digest } = value as { name?: string; digest?: string };
      if (name !== undefined && digest !== undefined) found[name] = digest;
      Object.values(value).forEach(look);
    };
    look(body.events);
    return found;
  } finally {
    await platform.stop();
    await folder.remove();
  }
}

describe("the same data, configuration and seed", () => {
  it.each(["iris", "churn"])(
    "give the same digests on two clean machines: %s",
    async (pipeline) => {
      const [first, second] = [await digestsOf(pipeline), await digestsOf(pipeline)];
      const wanted = [
        "train.parquet",
        "test.parquet",
        "train-x.npy",
        "test-y.npy",
        "preprocessor.json",
        "model.millrace",
      ];
      expect(Object.keys(first)).toEqual(expect.arrayContaining(wanted));
      expect(second).toEqual(first);
    },
    60_000,
  );
});
