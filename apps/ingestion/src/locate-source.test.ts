import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { sha256 } from "@millrace/contracts";
import { temporaryFolder } from "@millrace/testing";
import { locateSource, refuseChanged } from "./locate-source.js";

describe("the source of a run", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const at = (name: string) => join(folder.path, name);
  const locate = (given?: string, path = "own.csv") => locateSource({ given, path, folder: folder.path });

  beforeAll(async () => {
    folder = await temporaryFolder("source");
    await writeFile(at("own.csv"), "a\n1\n");
    await writeFile(at("other.csv"), "a\n2\n");
    await mkdir(at("directory.csv"));
  });
  afterAll(() => folder.remove());

  it("is what pipeline.yaml names, below its own folder, when the arrival names none", async () => {
    const located = await locate();
    expect(located).toEqual({ path: at("own.csv"), location: "own.csv", digest: sha256("a\n1\n") });
  });

  it.each([
    ["absolute", () => at("other.csv")],
    ["below the working directory", () => relative(process.cwd(), at("other.csv"))],
    ["below the pipeline's folder", () => "other.csv"],
  ])("is what the arrival names: %s", async (_where, name) => {
    const given = name();
    expect(await locate(given)).toEqual({ path: at("other.csv"), location: given, digest: sha256("a\n2\n") });
  });

  it("is the file and not a directory of the same name in the working directory", async () => {
    await writeFile(at("src"), "a\n3\n");
    expect((await locate("src")).path).toBe(at("src"));
  });

  it("is refused when it is a directory, a device or not there, with the places that were looked at", async () => {
    await expect(locate(at("directory.csv"))).rejects.toMatchObject({ code: "SOURCE_IS_DIRECTORY" });
    await expect(locate("/dev/null")).rejects.toMatchObject({ code: "SOURCE_NOT_A_FILE" });
    await expect(locate("own.csv/inside")).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    await expect(locate("nowhere.csv")).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
      problem: { where: "nowhere.csv", message: expect.stringContaining(`and ${at("nowhere.csv")}`) },
    });
  });

  it("is read again when it changed while it was read", async () => {
    const before = await locate("other.csv");
    await expect(refuseChanged(before)).resolves.toBeUndefined();
    await writeFile(at("other.csv"), "a\n9\n");
    await expect(refuseChanged(before)).rejects.toMatchObject({ name: "Retry", code: "SOURCE_CHANGED" });
  });
});
