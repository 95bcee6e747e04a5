import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { listPipelines } from "@millrace/service";

export type PipelineList = Awaited<ReturnType<typeof listPipelines>>;

/** The pipelines of a folder, for whoever looks often: they are parsed again only when a pipeline.yaml has changed. */
export function openPipelineList(root: string): () => Promise<PipelineList> {
  let known: { mark: string; list: PipelineList } | undefined;
  return async () => {
    const mark = await markOf(root);
    if (known?.mark !== mark) known = { mark, list: await listPipelines(root) };
    return known.list;
  };
}

async function markOf(root: string): Promise<string> {
  const names = (await readdir(root).catch((): string[] => [])).sort();
  const marks = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(join(root, name, "pipeline.yaml")).catch(() => undefined);
      return facts && `${name}:${facts.ino}:${facts.size}:${facts.mtimeMs}`;
    }),
  );
  return marks.filter(Boolean).join("/");
}
