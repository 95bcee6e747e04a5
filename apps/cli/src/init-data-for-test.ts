import { Command } from "commander";
import type { Api } from "./api.js";
import { dataCommands } from "./data-commands.js";

/** Runs one of the commands that need no platform, and gives what it said. */
export async function runDataCommand(argv: readonly string[], cwd: string, environment = {}) {
  let [out, exit] = ["", -1];
  const io = { out: (text: string) => void (out += text), err: () => {}, terminal: false, environment, cwd };
  const program = new Command("millrace")
    .option("--json")
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  dataCommands(program, async (command) => {
    exit = await command({ api: undefined as unknown as Api, io, json: program.opts().json === true });
  });
  await program.parseAsync(argv, { from: "user" });
  return { out, exit };
}
