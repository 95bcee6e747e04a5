import { quoted, tagEquals } from "./index.js";
import { all, fresh, onRealServers, rangeOf } from "./real-servers-for-test.js";

onRealServers(({ client, newModel, newVersion, major }) => {
  describe("the registry", () => {
    test("a registered model is made once and found with its aliases", async () => {
      const name = await newModel();
      await expect(client.registeredModels.create({ name })).rejects.toMatchObject({ code: "RESOURCE_ALREADY_EXISTS" });
      const { version } = await newVersion(name);
      await client.aliases.set(name, "champion", version);
      const model = { name, description: "d", tags: { team: "a" }, aliases: { champion: version } };
      expect(await client.registeredModels.get(name)).toMatchObject(model);
      expect(await client.registeredModels.find(fresh("none"))).toBeUndefined();
    });

    test("a version is made from a logged model, described, tagged and found by its tag", async () => {
      const name = await newModel();
      const { version, modelId } = await newVersion(name, { "my.key": "k1" });
      expect(modelId !== undefined).toBe(major >= 3);
      await newVersion(name, { "my.key": "k2" });
      await client.modelVersions.update(name, version, { description: "second" });
      await client.modelVersions.setTag(name, version, "passed", "yes");
      const expected = { status: "READY", modelId, description: "second", tags: { "my.key": "k1", passed: "yes" } };
      expect(await client.modelVersions.get(name, version)).toMatchObject(expected);
      const filter = `name = ${quoted(name)} and ${tagEquals("my.key", "k1")}`;
      expect((await all(client.modelVersions.search({ filter }))).map((found) => found.version)).toEqual([version]);
      expect(await client.modelVersions.find(name, "99")).toBeUndefined();
    });

    test("a search of versions goes through all pages in the order asked for", async () => {
      const name = await newModel();
      for (const _ of rangeOf(3)) await newVersion(name);
      const search = { filter: `name = ${quoted(name)}`, orderBy: ["version_number ASC"], pageSize: 2 };
      expect((await all(client.modelVersions.search(search))).map(({ version }) => version)).toEqual(["1", "2", "3"]);
    });

    test("a registered model is described, tagged, renamed, found by a search, and deleted", async () => {
      const first = await newModel();
      await client.registeredModels.update(first, { description: "whom we lose" });
      await client.registeredModels.setTag(first, "owner", "b");
      await client.registeredModels.deleteTag(first, "team");
      const name = fresh("renamed");
      await client.registeredModels.rename(first, name);
      expect(await client.registeredModels.get(name)).toMatchObject({
        description: "whom we lose",
        tags: { owner: "b" },
      });
      expect((await client.registeredModels.get(name)).tags).not.toHaveProperty("team");
      const found = await all(client.registeredModels.search({ filter: `name = ${quoted(name)}` }));
      expect(found.map((model) => model.name)).toEqual([name]);
      await client.registeredModels.delete(name);
      expect(await client.registeredModels.find(name)).toBeUndefined();
    });

    test("a search of registered models goes through all pages", async () => {
      const prefix = fresh("many");
      for (const at of rangeOf(3)) await client.registeredModels.create({ name: `${prefix}-${at}` });
      const search = { filter: `name LIKE '${prefix}%'`, orderBy: ["name ASC"], pageSize: 2 };
      const names = (await all(client.registeredModels.search(search))).map(({ name }) => name);
      expect(names).toEqual(rangeOf(3).map((at) => `${prefix}-${at}`));
    });

    test("a version says where its files are, loses a tag, and goes away", async () => {
      const { name, version } = await newVersion(await newModel(), { "my.key": "k1" });
      const artifactUri = await client.modelVersions.artifactUri(name, version);
      expect((await all(client.artifacts.walk(artifactUri))).map(({ path }) => path)).toEqual(["model.onnx"]);
      await client.modelVersions.deleteTag(name, version, "my.key");
      expect((await client.modelVersions.get(name, version)).tags).toEqual({});
      await client.modelVersions.delete(name, version);
      expect(await client.modelVersions.find(name, version)).toBeUndefined();
    });

    test("an alias is set, moved, found and deleted", async () => {
      const name = await newModel();
      const [first, second] = [await newVersion(name), await newVersion(name)];
      await client.aliases.set(name, "champion", first.version);
      await client.aliases.set(name, "champion", second.version);
      expect(await client.aliases.get(name, "champion")).toMatchObject({ version: second.version });
      await client.aliases.delete(name, "champion");
      await client.aliases.delete(name, "champion");
      expect(await client.aliases.find(name, "champion")).toBeUndefined();
    });

    test("a missing alias is RESOURCE_DOES_NOT_EXIST like everything that is missing", async () => {
      const name = await newModel();
      const missing = { code: "RESOURCE_DOES_NOT_EXIST", retryable: false };
      await expect(client.aliases.get(name, "champion")).rejects.toMatchObject(missing);
      await expect(client.aliases.get(fresh("none"), "champion")).rejects.toMatchObject(missing);
    });

    test("a reserved alias and a bad one stay invalid", async () => {
      const { name, version } = await newVersion(await newModel());
      await expect(client.aliases.set(name, "latest", version)).rejects.toMatchObject({
        code: "INVALID_PARAMETER_VALUE",
      });
      await expect(client.aliases.get(name, "no/such name")).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
    });
  });
});
