import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseDataSchema, ProblemError, type ArtifactRef, type PipelineSpec } from "@millrace/contracts";
import { writeJson, type StepContext } from "@millrace/service";

/** The schema that the pipeline names, parsed, as an artifact: the services after this one have no folder to look in. */
export async function schemaBeside(
  folder: string,
  { schema }: PipelineSpec,
  artifacts: StepContext["artifacts"],
): Promise<ArtifactRef | undefined> {
  if (schema === undefined) return undefined;
  const text = await readFile(resolve(folder, schema), "utf8").catch((error: unknown) => {
    throw new ProblemError(
      {
        code: "SCHEMA_NOT_FOUND",
        where: schema,
        message: "pipeline.yaml names this schema, but there is no such file beside it.",
        remedy: "Write it, or take the line out to have the schema inferred.",
      },
      { cause: error },
    );
  });
  return writeJson(artifacts, "schema.json", parseDataSchema({ file: schema, text }));
}
