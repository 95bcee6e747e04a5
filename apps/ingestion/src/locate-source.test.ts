import { execFile } from "node:child_process";
import { mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { sha256 } from "@millrace/contracts";
import { temporaryFolder } from "@millrace/testing";
import { locateSource, refuseChanged } from "./locate-source.js";

describe("the source of a run", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const own = (name: string) => join(folder.path, "own", name);
  const other = (name: string) => join(folder.path, "other", name);
  const locate = async (given?: string, path = "own.csv", anyName = false) =>
    locateSource({ given, path, folder: own(""), roots: [{ path: await realpath(own("")) }], anyName });
  const names = async (given: string) => (await locate(given)).files.map(({ path }) => relative(own(""), path));

  beforeAll(async () => {
    folder = await temporaryFolder("source");
    for (const at of ["own/days/deep", "own/days/_temporary", "own/empty", "other"])
      await mkdir(join(folder.path, at), { recursive: true });
    const files = ["own.csv", "other.csv", "days/day-2.csv", "days/day-1.csv", "days/deep/day-3.csv.gz"];
    const noData = ["days/_SUCCESS", "days/.hidden.csv", "days/_temporary/part.csv", "days/README.md"];
    for (const name of [...files, ...noData]) await writeFile(own(name), `a\n${name}\n`);
    await writeFile(other("secret.csv"), "a\n1\n");
    await symlink(other("secret.csv"), own("link.csv"));
    await symlink(other(""), own("linked"));
    await symlink(own("own.csv"), own("within.csv"));
  });
  afterAll(() => folder.remove());

  it("is what pipeline.yaml names, below its own folder, when the arrival names none", async () => {
    const { location, digest, files } = await locate();
    expect({ location, digest }).toEqual({ location: "own.csv", digest: sha256("a\nown.csv\n") });
    expect(files.map(({ path }) => path)).toEqual([own("own.csv")]);
  });

  it.each([
    ["absolute", () => own("other.csv")],
    ["below the working directory", () => relative(process.cwd(), own("other.csv"))],
    ["below the pipeline's folder", () => "other.csv"],
    ["through a link that stays inside", () => "within.csv"],
  ])("is what the arrival names: %s", async (_where, name) => {
    expect(await locate(name())).toMatchObject({
      location: name(),
      files: [{ path: expect.stringContaining(own("")) }],
    });
  });

  it("is every data file of a folder or of a pattern, in sorted order, without _SUCCESS and what is hidden", async () => {
    expect(await names("days")).toEqual(["days/day-1.csv", "days/day-2.csv", "days/deep/day-3.csv.gz"]);
    expect(await names("days/day-?.csv")).toEqual(["days/day-1.csv", "days/day-2.csv"]);
    expect(await names("**/day-*")).toEqual(["days/day-1.csv", "days/day-2.csv", "days/deep/day-3.csv.gz"]);
    expect((await locate("days/*.md", undefined, true)).files).toHaveLength(1);
  });

  it("has another digest with another file", async () => {
    expect((await locate("days")).digest).toEqual((await locate("days")).digest);
    expect((await locate("days")).digest).not.toEqual((await locate("days/day-*")).digest);
  });

  it("is the file and not a directory of the same name in the working directory", async () => {
    await writeFile(own("src"), "a\n3\n");
    expect(await names("src")).toEqual(["src"]);
  });

  it.each([
    ["a path that climbs out", () => "../other/secret.csv"],
    ["an absolute path", () => other("secret.csv")],
    ["a link to a file", () => "link.csv"],
    ["a file in a folder that is a link", () => "linked/secret.csv"],
    ["a folder that is a link", () => "linked"],
    ["a pattern that climbs out", () => "../other/*.csv"],
    ["a pattern of links", () => "link*.csv"],
    ["a file that is not there, outside", () => "../other/nothing.csv"],
    ["a device", () => "/dev/zero"],
    ["a file: url", () => `file://${own("own.csv")}`],
    ["an http: url", () => "http://169.254.169.254/latest"],
  ])("is refused outside the roots: %s", async (_what, name) => {
    await expect(locate(name())).rejects.toMatchObject({ code: "SOURCE_OUTSIDE_ROOTS" });
  });

  it("is refused when a folder holds no data, when it is a pipe or not there", async () => {
    await promisify(execFile)("mkfifo", [own("pipe.csv")]);
    await expect(locate("pipe.csv")).rejects.toMatchObject({ code: "SOURCE_NOT_A_FILE" });
    await expect(locate("empty")).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    await expect(locate("nothing-*.csv")).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    await expect(locate("own.csv/inside")).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    await expect(locate(own("nowhere.csv"))).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
      problem: { where: own("nowhere.csv"), message: expect.stringContaining(own("nowhere.csv")) },
    });
  });

  it("is read again when it changed while it was read", async () => {
    const before = await locate("other.csv");
    await expect(refuseChanged(before)).resolves.toBeUndefined();
    await writeFile(own("other.csv"), "a\nother.csw\n");
    await expect(refuseChanged(before)).rejects.toMatchObject({ name: "Retry", code: "SOURCE_CHANGED" });
  });
});
