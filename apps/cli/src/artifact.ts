import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RunView } from "./api.js";
import type { CommandContext } from "./command.js";
import { CommandProblem, exitCodes } from "./exit-code.js";

export interface ArtifactOptions {
  out?: string;
}

/** Brings what a step of a run made: a report to read, a schema to review, a model. */
export async function artifact(
  run: string,
  name: string,
  { out }: ArtifactOptions,
  { api, io }: CommandContext,
): Promise<number> {
  const made = (await api.run(run)).steps.flatMap(({ artifacts }) => artifacts);
  const found = made.find((each) => each.name === name || each.digest === name);
  if (found === undefined) throw unknownArtifact(run, name, made);
  const bytes = await api.artifact(found.digest);
  if (out === undefined) {
    for await (const piece of bytes) io.out(Buffer.from(piece).toString("utf8"));
    return exitCodes.ok;
  }
  const file = resolve(io.cwd, out);
  await pipeline(Readable.from(bytes), createWriteStream(file));
  io.out(`${file}\n`);
  return exitCodes.ok;
}

const unknownArtifact = (run: string, name: string, made: RunView["steps"][number]["artifacts"]): CommandProblem =>
  new CommandProblem(exitCodes.error, {
    code: "ARTIFACT_UNKNOWN",
    where: run,
    message: `it made no artifact "${name}".`,
    remedy: `It made ${[...new Set(made.map((each) => each.name))].join(", ") || "none so far"}.`,
  });
