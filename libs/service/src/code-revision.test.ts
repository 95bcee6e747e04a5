import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeRevision, revisionIn } from "./code-revision.js";

const commit = "2f0c1a9b8e7d6c5b4a39281706f5e4d3c2b1a098";

describe("the revision of the code", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "millrace-revision-"));
    await write("package.json", '{"version": "1.2.3"}');
  });
  afterEach(() => rm(root, { recursive: true }));

  async function write(path: string, text: string): Promise<void> {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), text);
  }

  it("is what it is said to be, else at least the version", () => {
    expect(codeRevision({ MILLRACE_REVISION: "v7" })).toBe("v7");
    expect(codeRevision({})).toMatch(/^\d+\.\d+\.\d+/);
    expect(codeRevision({ MILLRACE_REVISION: "" })).toBe(codeRevision({}));
    expect(revisionIn(root)).toBe("1.2.3");
  });

  it("names the commit of a checkout: of a branch, packed or not, or of none", async () => {
    await write(".git/HEAD", "ref: refs/heads/main\n");
    expect(revisionIn(root)).toBe("1.2.3");
    await write(".git/packed-refs", `# pack-refs with: peeled\n${commit} refs/heads/main\n`);
    expect(revisionIn(root)).toBe(`1.2.3+${commit}`);
    const newer = commit.replaceAll("2", "3");
    await write(".git/refs/heads/main", `${newer}\n`);
    expect(revisionIn(root)).toBe(`1.2.3+${newer}`);
    await write(".git/HEAD", `${commit}\n`);
    expect(revisionIn(root)).toBe(`1.2.3+${commit}`);
  });

  it("is found in a work tree beside the first one", async () => {
    await write("trees/a/package.json", '{"version": "1.2.3"}');
    await write("trees/a/.git", `gitdir: ${join(root, ".git/worktrees/a")}\n`);
    await write(".git/worktrees/a/HEAD", "ref: refs/heads/other\n");
    await write(".git/worktrees/a/commondir", "../..\n");
    await write(".git/refs/heads/other", `${commit}\n`);
    expect(revisionIn(join(root, "trees/a"))).toBe(`1.2.3+${commit}`);
  });
});
