import { fresh, times, versionToRegister } from "./conformance-examples.js";
import type { Driver } from "./conformance-driver.js";
import type { Tracking } from "./tracking.js";

export function conformsInVersions(driver: Driver): void {
  const { open, peek } = driver;
  let tracking: Tracking;
  beforeEach(async () => {
    tracking = await open();
  });
  afterEach(() => tracking.close());

  test("a version has its run, tags, description and files", async () => {
    const wanted = await versionToRegister(tracking);
    const { version } = await tracking.registerVersion(wanted);
    const { tags, ...rest } = await peek.version(wanted.model, version);
    expect(rest).toMatchObject({ runId: wanted.runId, description: "the first" });
    expect(tags).toMatchObject({ digest: "sha256:00", "millrace.key": wanted.key });
    expect([...(await peek.file(wanted.model, version, "code/loader.py"))]).toEqual([0, 255, 10]);
    expect(Buffer.from(await peek.file(wanted.model, version, "MLmodel")).toString()).toBe("flavors: {}\n");
  });

  test("versions of a model are numbered, and the same key is the same version, also in another process", async () => {
    const wanted = await versionToRegister(tracking);
    expect(await tracking.registerVersion(wanted)).toEqual({ version: "1" });
    expect(await tracking.registerVersion({ ...wanted, key: fresh("second") })).toEqual({ version: "2" });
    expect(await (await open()).registerVersion(wanted)).toEqual({ version: "1" });
    expect(await peek.versions(wanted.model)).toEqual(["1", "2"]);
  });

  test("a version that is registered again keeps the files that it had", async () => {
    const wanted = await versionToRegister(tracking);
    await tracking.registerVersion(wanted);
    const files = [{ path: "MLmodel", bytes: Buffer.from("other") }];
    expect(await (await open()).registerVersion({ ...wanted, files })).toEqual({ version: "1" });
    expect(Buffer.from(await peek.file(wanted.model, "1", "MLmodel")).toString()).toBe("flavors: {}\n");
  });

  test("four who register the same key at once get one version", async () => {
    const wanted = await versionToRegister(tracking);
    const versions = await Promise.all(times(4).map(() => tracking.registerVersion(wanted)));
    expect(versions).toEqual(times(4).map(() => ({ version: "1" })));
    expect(await peek.versions(wanted.model)).toEqual(["1"]);
  });

  test("two processes that register the same key at once agree on one version", async () => {
    const wanted = await versionToRegister(tracking);
    const other = await open();
    const [a, b] = await Promise.all([tracking.registerVersion(wanted), other.registerVersion(wanted)]);
    expect(a).toEqual(b);
    expect(await tracking.registerVersion(wanted)).toEqual(a);
  });

  test("four who register different keys at once get four versions", async () => {
    const wanted = await versionToRegister(tracking);
    const all = times(4).map((_, at) => tracking.registerVersion({ ...wanted, key: `${wanted.key} ${at}` }));
    expect((await Promise.all(all)).map(({ version }) => version).sort()).toEqual(["1", "2", "3", "4"]);
  });

  test("a model with a name full of odd characters keeps apart from its neighbours", async () => {
    const name = fresh("Kündigung 100% .. v1.2");
    await tracking.registerVersion(await versionToRegister(tracking, name));
    await tracking.setAlias(name, "champion", "1");
    expect(await tracking.getAlias(name, "champion")).toBe("1");
    expect(await tracking.getAlias(name.replace("%", "_"), "champion")).toBeUndefined();
  });

  test("a version is tagged later, and tagged again", async () => {
    const wanted = await versionToRegister(tracking);
    const { version } = await tracking.registerVersion(wanted);
    await tracking.tagVersion(wanted.model, version, { stage: "canary", share: "0.1" });
    await tracking.tagVersion(wanted.model, version, { stage: "champion" });
    await tracking.tagVersion(wanted.model, version, { stage: "champion" });
    const { tags } = await peek.version(wanted.model, version);
    expect(tags).toMatchObject({ stage: "champion", share: "0.1", digest: "sha256:00" });
  });

  test("an alias moves from version to version and back", async () => {
    const wanted = await versionToRegister(tracking);
    await tracking.registerVersion(wanted);
    await tracking.registerVersion({ ...wanted, key: fresh("second") });
    for (const version of ["1", "2", "1"]) {
      await tracking.setAlias(wanted.model, "champion", version);
      expect(await tracking.getAlias(wanted.model, "champion")).toBe(version);
    }
  });

  test("an alias that somebody else moved is seen by those who set it before", async () => {
    const wanted = await versionToRegister(tracking);
    await tracking.registerVersion(wanted);
    await tracking.registerVersion({ ...wanted, key: fresh("second") });
    await tracking.setAlias(wanted.model, "champion", "2");
    await (await open()).setAlias(wanted.model, "champion", "1");
    expect(await tracking.getAlias(wanted.model, "champion")).toBe("1");
  });

  test("an alias is taken away, and one that is not there as well", async () => {
    const wanted = await versionToRegister(tracking);
    await tracking.registerVersion(wanted);
    await tracking.setAlias(wanted.model, "challenger", "1");
    for (const alias of ["challenger", "challenger", "other"]) await tracking.removeAlias(wanted.model, alias);
    expect(await tracking.getAlias(wanted.model, "challenger")).toBeUndefined();
    await tracking.removeAlias(fresh("unknown"), "champion");
    await tracking.setAlias(wanted.model, "challenger", "1");
    expect(await tracking.getAlias(wanted.model, "challenger")).toBe("1");
  });

  test("there is no version under an alias that was never set, nor of a model that is unknown", async () => {
    const wanted = await versionToRegister(tracking);
    await tracking.registerVersion(wanted);
    expect(await tracking.getAlias(wanted.model, "champion")).toBeUndefined();
    expect(await tracking.getAlias(fresh("unknown"), "champion")).toBeUndefined();
  });

  test("an unknown version is a problem that is not worth a retry", async () => {
    const wanted = await versionToRegister(tracking);
    await tracking.registerVersion(wanted);
    const unknown = { code: "TRACKING_VERSION_UNKNOWN", name: "ProblemError" };
    await expect(tracking.setAlias(wanted.model, "champion", "7")).rejects.toMatchObject(unknown);
    await expect(tracking.tagVersion(wanted.model, "7", { a: "b" })).rejects.toMatchObject(unknown);
    await expect(tracking.tagVersion(wanted.model, "../1", { a: "b" })).rejects.toMatchObject(unknown);
    await expect(tracking.setAlias(fresh("unknown"), "champion", "1")).rejects.toMatchObject(unknown);
  });

  test("names that a server would refuse are refused with what to do", async () => {
    const wanted = await versionToRegister(tracking);
    const invalid = { code: "TRACKING_NAME_INVALID" };
    await expect(tracking.registerVersion({ ...wanted, model: "../other" })).rejects.toMatchObject(invalid);
    await expect(tracking.registerVersion({ ...wanted, model: "" })).rejects.toMatchObject(invalid);
    await expect(tracking.registerVersion({ ...wanted, key: "it's" })).rejects.toMatchObject(invalid);
    await expect(tracking.setAlias(wanted.model, "latest", "1")).rejects.toMatchObject(invalid);
    await expect(tracking.setAlias(wanted.model, "../x", "1")).rejects.toMatchObject(invalid);
    await expect(tracking.getAlias(wanted.model, "v1")).rejects.toMatchObject(invalid);
    const escaping = { ...wanted, files: [{ path: "../../x", bytes: Uint8Array.of(1) }] };
    await expect(tracking.registerVersion(escaping)).rejects.toMatchObject({ code: "TRACKING_PATH_INVALID" });
  });
}
