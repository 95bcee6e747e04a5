import { createMlflowClient, isMissing } from "./index.js";
import { all, fresh, onRealServers, rangeOf } from "./real-servers-for-test.js";

onRealServers(({ client, major }) => {
  test("the server is healthy and says its version", async () => {
    await client.server.health();
    expect(await client.server.version()).toMatch(new RegExp(`^${major}\\.\\d+`));
  });

  describe("experiments", () => {
    test("one that is created is found by name with its tags", async () => {
      const name = fresh("exp");
      const { experimentId } = await client.experiments.create({ name, tags: { team: "a" } });
      const found = await client.experiments.getByName(name);
      expect(found).toMatchObject({ experimentId, name, lifecycleStage: "active", tags: { team: "a" } });
      expect(found.artifactLocation).toMatch(/^mlflow-artifacts:/);
    });

    test("one is renamed, tagged, and looked up by its id", async () => {
      const { experimentId } = await client.experiments.create({ name: fresh("exp") });
      const name = fresh("renamed");
      await client.experiments.rename(experimentId, name);
      await client.experiments.setTag(experimentId, "team", "a");
      const found = await client.experiments.get(experimentId);
      expect(found).toMatchObject({ name, tags: { team: "a" } });
      expect(Date.now() - found.createdAt!.getTime()).toBeLessThan(60_000);
      expect(await client.experiments.find("987654321")).toBeUndefined();
    });

    test("a search goes through all pages and finds the deleted ones when asked", async () => {
      const prefix = fresh("many");
      for (const at of rangeOf(5)) await client.experiments.create({ name: `${prefix} ${at}` });
      const deleted = await client.experiments.getByName(`${prefix} 2`);
      await client.experiments.delete(deleted.experimentId);
      const search = { filter: `name LIKE '${prefix}%'`, orderBy: ["name ASC"], pageSize: 2 };
      const names = (await all(client.experiments.search(search))).map(({ name }) => name);
      expect(names).toEqual([0, 1, 3, 4].map((at) => `${prefix} ${at}`));
      expect(await all(client.experiments.search({ ...search, experiments: "DELETED_ONLY" }))).toHaveLength(1);
    });

    test("an unknown one is missing", async () => {
      expect(isMissing(await client.experiments.getByName(fresh("none")).catch((error) => error))).toBe(true);
    });

    test("a name that is taken is refused with MLflow's code, which is not worth a retry", async () => {
      const name = fresh("exp");
      await client.experiments.create({ name });
      const refusal = { code: "RESOURCE_ALREADY_EXISTS", status: 400, retryable: false };
      await expect(client.experiments.create({ name })).rejects.toMatchObject(refusal);
    });

    test("eight that get or create the same name at once get the same experiment", async () => {
      const name = fresh("race");
      const experiments = await Promise.all(rangeOf(8).map(() => client.experiments.getOrCreate({ name })));
      expect(new Set(experiments.map(({ experimentId }) => experimentId)).size).toBe(1);
    });

    test("a deleted one is an error that says how to have it back, and comes back", async () => {
      const name = fresh("gone");
      const { experimentId } = await client.experiments.create({ name });
      await client.experiments.delete(experimentId);
      const opening = client.experiments.getOrCreate({ name });
      await expect(opening).rejects.toMatchObject({ code: "EXPERIMENT_DELETED" });
      await expect(opening).rejects.toThrow(`mlflow experiments restore --experiment-id ${experimentId}`);
      await client.experiments.restore(experimentId);
      expect(await client.experiments.getOrCreate({ name })).toMatchObject({ experimentId });
    });
  });
});

onRealServers(
  ({ trackingUri }) => {
    test("a host that the server does not allow is explained with what to do", async () => {
      const { port } = new URL(trackingUri);
      const strange = createMlflowClient({
        trackingUri: `http://evil.example:${port}`,
        fetch: withHost("evil.example"),
      });
      const asking = strange.experiments.getByName("Default");
      await expect(asking).rejects.toMatchObject({ code: "HOST_NOT_ALLOWED", status: 403, retryable: false });
      await expect(asking).rejects.toThrow("--allowed-hosts");
    });
  },
  ({ major }) => major >= 3,
);

/** Sends to the real server what a client would that knows it under another name. */
const withHost =
  (host: string): typeof fetch =>
  async (url) => {
    const { request } = await import("node:http");
    const { pathname, search, port } = new URL(String(url));
    const path = pathname + search;
    return new Promise((answer, fail) => {
      request({ host: "127.0.0.1", port, path, headers: { host } }, async (incoming) => {
        const chunks: Buffer[] = await incoming.toArray();
        answer(new Response(Buffer.concat(chunks), { status: incoming.statusCode }));
      })
        .on("error", fail)
        .end();
    });
  };
