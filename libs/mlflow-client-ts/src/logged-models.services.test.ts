import { all, bytes, onRealServers } from "./real-servers-for-test.js";

onRealServers(
  ({ client, newExperiment, newRun }) => {
    test("a logged model goes from pending to ready, keeps its files, and its run names it", async () => {
      const run = await newRun();
      const made = { experimentId: run.experimentId, name: "m", sourceRunId: run.runId, modelType: "classifier" };
      const model = await client.loggedModels.create({ ...made, params: { a: "1" }, tags: { k: "v" } });
      expect(model).toMatchObject({ status: "LOGGED_MODEL_PENDING", sourceRunId: run.runId });
      await client.loggedModels.upload(model, "MLmodel", bytes("flavors: {}"));
      expect(await client.loggedModels.finalize(model.modelId)).toMatchObject({ status: "LOGGED_MODEL_READY" });
      await client.loggedModels.outputs(run.runId, [{ modelId: model.modelId, step: 1 }]);
      await client.loggedModels.outputs(run.runId, [{ modelId: model.modelId, step: 1 }]);
      expect(await client.loggedModels.get(model.modelId)).toMatchObject({
        status: "LOGGED_MODEL_READY",
        tags: { k: "v" },
      });
      expect((await client.runs.get(run.runId)).modelOutputs).toEqual([model.modelId]);
      expect(await client.artifacts.list(model.artifactUri)).toMatchObject([{ path: "MLmodel" }]);
    });

    test("logged models are found by their tags, on all pages, and retagged, and go away", async () => {
      const experimentId = await newExperiment();
      const made = [];
      for (const stage of ["a", "b", "b"])
        made.push(
          await client.loggedModels.create({ experimentId, name: "m", tags: { stage }, params: { depth: "6" } }),
        );
      const search = { experimentIds: [experimentId], orderBy: [{ field: "creation_timestamp" }], pageSize: 1 };
      const ids = async (filter?: string) =>
        (await all(client.loggedModels.search({ ...search, filter }))).map(({ modelId }) => modelId);
      expect(await ids()).toEqual(made.map(({ modelId }) => modelId));
      expect(await ids("tags.`stage` = 'b'")).toEqual(made.slice(1).map(({ modelId }) => modelId));
      await client.loggedModels.setTags(made[0]!.modelId, { stage: "c", more: "d" });
      await client.loggedModels.deleteTag(made[0]!.modelId, "more");
      expect(await client.loggedModels.get(made[0]!.modelId)).toMatchObject({
        tags: { stage: "c" },
        params: { depth: "6" },
      });
      await client.loggedModels.delete(made[2]!.modelId);
      expect(await ids()).toHaveLength(2);
    });
  },
  ({ major }) => major >= 3,
);
