import { createWriteStream } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Sample } from "@millrace/samples";
import { show, type CommandContext } from "./command.js";
import { CommandProblem, exitCodes } from "./exit-code.js";

export interface SampleOptions {
  rows: number;
  seed: number;
  drift: number;
  out?: string;
}

/** Writes made-up data of which the best score is known. */
export async function sample(name: string, options: SampleOptions, context: CommandContext): Promise<number> {
  const { makeSample } = await import("@millrace/samples");
  const made = makeSample(name, options);
  const files = placesOf(made, options, context.io.cwd);
  for (const { path } of files) await refuseExisting(path);
  for (const { path, lines } of files) {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(Readable.from(blocks(lines())), createWriteStream(path, { flags: "wx" }));
  }
  const { metric, value } = made.best;
  const paths = files.map(({ path }) => path);
  const { rows, seed, drift } = options;
  show(context, { sample: name, rows, seed, drift, files: paths, best: made.best }, () =>
    [...paths, `best reachable ${metric}: ${value.toFixed(4)}`, ""].join("\n"),
  );
  return exitCodes.ok;
}

/** One file is `--out` itself; several lie in the folder `--out`. */
function placesOf({ name, files }: Sample, { out }: SampleOptions, cwd: string) {
  const [only, ...others] = files;
  if (others.length === 0) return [{ path: resolve(cwd, out ?? only!.file), lines: only!.lines }];
  return files.map(({ file, lines }) => ({ path: join(resolve(cwd, out ?? name), file), lines }));
}

const BLOCK = 65_536;

/** Lines together, so that a million of them are not a million writes. */
function* blocks(lines: Iterable<string>): Generator<string> {
  let block = "";
  for (const line of lines) {
    block += line;
    if (block.length < BLOCK) continue;
    yield block;
    block = "";
  }
  if (block !== "") yield block;
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new CommandProblem(exitCodes.usage, {
    code: "FILE_EXISTS",
    where: path,
    message: "there is a file already.",
    remedy: "Remove it, or name another place with --out.",
  });
}
