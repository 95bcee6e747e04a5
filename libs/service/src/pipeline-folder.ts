import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parsePipeline, ProblemError, problemOf, type PipelineSpec, type Problem } from "@millrace/contracts";

export interface PipelineFile {
  spec: PipelineSpec;
  /** The folder of its pipeline.yaml; relative paths in it start here. */
  folder: string;
}

/** Every pipeline below `root`, and what is wrong with those that can't be read. */
export async function listPipelines(root: string): Promise<{ pipelines: PipelineFile[]; problems: Problem[] }> {
  const pipelines: PipelineFile[] = [];
  const problems: Problem[] = [];
  for (const folder of await foldersOf(root)) {
    try {
      const read = await readPipeline(folder);
      if (read !== undefined) pipelines.push(read);
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  return { pipelines, problems };
}

/** The pipeline of that name, or the error that says which ones there are. */
export async function findPipeline(root: string, name: string): Promise<PipelineFile> {
  const own = await readPipeline(join(resolve(root), basename(name)));
  if (own?.spec.name === name) return own;
  const { pipelines, problems } = await listPipelines(root);
  const found = pipelines.find(({ spec }) => spec.name === name);
  if (found !== undefined) return found;
  throw new ProblemError({
    code: "PIPELINE_UNKNOWN",
    where: name,
    message: `there is no pipeline of that name under ${root}.`,
    remedy: [known(pipelines), ...problems.map(({ message }) => `One can't be read: ${message}`)].join(" "),
  });
}

const known = (pipelines: readonly PipelineFile[]): string =>
  pipelines.length === 0
    ? "Write <folder>/pipeline.yaml there."
    : `There are: ${pipelines.map(({ spec }) => spec.name).join(", ")}.`;

async function readPipeline(folder: string): Promise<PipelineFile | undefined> {
  const file = join(folder, "pipeline.yaml");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  return { spec: parsePipeline({ file: join(basename(dirname(file)), "pipeline.yaml"), text }), folder };
}

async function foldersOf(root: string): Promise<string[]> {
  const entries = await readdir(resolve(root), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(resolve(root), entry.name))
    .sort();
}
