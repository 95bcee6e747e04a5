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
  const text = await readFile(resolve(folder, schema), "utf8").catch((error: NodeJS.ErrnoException) => {
    throw noSchema(schema, error);
  });
  return writeJson(artifacts, "schema.json", parseDataSchema({ file: schema, text }));
}

const reasons: Record<string, string> = {
  ENOENT: "there is no such file beside it",
  ENOTDIR: "there is no such file beside it",
  EISDIR: "it is a directory",
  EACCES: "the service may not read it",
};

const noSchema = (schema: string, error: NodeJS.ErrnoException): Error =>
  reasons[error.code ?? ""] === undefined
    ? error
    : new ProblemError(
        {
          code: "SCHEMA_NOT_FOUND",
          where: schema,
          message: `pipeline.yaml names this schema, but ${reasons[error.code!]}.`,
          remedy: "Write it, or take the line out to have the schema inferred.",
        },
        { cause: error },
      );
