import { InvalidArgumentError, type Command } from "commander";
import { existsSync } from "node:fs";
import { ProblemError } from "@millrace/contracts";
import { createKey, readKeyFile, writeKeyFile, type KeyRecord, type Scope } from "@millrace/service";
import { positive } from "./option-values.js";
import { show, type CommandContext } from "./command.js";
import { CommandProblem, exitCodes } from "./exit-code.js";
import { textTable, timeText } from "./text-table.js";

type Run = (command: (context: CommandContext) => Promise<number>) => Promise<void>;

const FILE = "the file of keys; MILLRACE_KEYS_FILE where it is left out";

/** The commands that make and end keys. They write the file, which the services read again by themselves. */
export function keyCommands(program: Command, run: Run): void {
  const keys = program.command("keys").description("who may call: create, list, revoke keys in MILLRACE_KEYS_FILE");
  keys
    .command("create")
    .description("make a key and print it, this once")
    .requiredOption("--name <name>", "who will have it: stands in logs and audit trails")
    .requiredOption("--scope <scopes>", "what it may do: read, predict, admin; several with commas", scopes)
    .option("--model <models>", "the only models that it may ask, separated by commas", list)
    .option("--expires <days>", "after how many days it ends", positive)
    .option("--rate <perSecond>", "how many calls a second it may make", positive)
    .option("--burst <calls>", "how many of them may come at once", whole)
    .option("--file <file>", FILE)
    .action((options: CreateOptions) => run((context) => create(options, context)));
  keys
    .command("list")
    .description("list the keys: what each may do, never what it is")
    .option("--file <file>", FILE)
    .action((options: FileOption) => run((context) => listKeys(options, context)));
  keys
    .command("revoke <id>")
    .description("end a key, by the id that `list` shows or by its name; running services know within two seconds")
    .option("--file <file>", FILE)
    .action((id: string, options: FileOption) => run((context) => revoke(id, options, context)));
}

interface FileOption {
  file?: string;
}

interface CreateOptions extends FileOption {
  name: string;
  scope: Scope[];
  model?: string[];
  expires?: number;
  rate?: number;
  burst?: number;
}

async function create(options: CreateOptions, context: CommandContext): Promise<number> {
  const path = fileOf(options, context);
  const { name, scope, model, expires, rate, burst } = options;
  const now = new Date();
  const expiresAt = expires === undefined ? undefined : new Date(now.getTime() + expires * 86_400_000).toISOString();
  const limit = rate === undefined ? undefined : { perSecond: rate, burst };
  const { text, record } = createKey({ name, scopes: scope, models: model, rate: limit, expiresAt }, now);
  await writeKeyFile(path, [...(existsSync(path) ? await readKeyFile(path) : []), record]);
  const { digest: _kept, ...told } = record;
  context.io.err(context.json ? "" : `key ${record.id} for ${name}; it is shown this once:\n`);
  show(context, { key: text, ...told }, () => `${text}\n`);
  return exitCodes.ok;
}

async function listKeys(options: FileOption, context: CommandContext): Promise<number> {
  const now = new Date().toISOString();
  const keys = (await readKeyFile(fileOf(options, context))).map(({ digest: _kept, ...record }) => record);
  const rows = keys.map((key) => [
    ...[key.id, stateOf(key, now), key.scopes.join(","), key.models?.join(",") ?? "any"],
    ...[key.rate === undefined ? "-" : `${key.rate.perSecond}/s`, timeText(key.createdAt)],
    ...[key.expiresAt === undefined ? "-" : timeText(key.expiresAt), key.name],
  ]);
  const headings = ["ID", "STATE", "SCOPES", "MODELS", "RATE", "CREATED", "EXPIRES", "NAME"];
  show(context, { keys }, () => (keys.length === 0 ? "there is no key yet\n" : textTable(headings, rows)));
  return exitCodes.ok;
}

const stateOf = ({ revokedAt, expiresAt }: Omit<KeyRecord, "digest">, now: string): string =>
  revokedAt !== undefined ? "revoked" : expiresAt !== undefined && expiresAt <= now ? "expired" : "valid";

async function revoke(wanted: string, options: FileOption, context: CommandContext): Promise<number> {
  const path = fileOf(options, context);
  const keys = await readKeyFile(path);
  const { id, name } = oneOf(keys, wanted, path);
  const revokedAt = new Date().toISOString();
  await writeKeyFile(
    path,
    keys.map((key) => (key.id === id ? { ...key, revokedAt } : key)),
  );
  show(context, { id, name, revokedAt }, () => `key ${id} of ${name} is revoked\n`);
  return exitCodes.ok;
}

function oneOf(keys: readonly KeyRecord[], wanted: string, where: string): KeyRecord {
  const found = keys.filter(({ id, name, revokedAt }) => id === wanted || (name === wanted && revokedAt === undefined));
  if (found.length === 1) return found[0]!;
  const message = found.length === 0 ? `there is no key "${wanted}".` : `${found.length} keys are named "${wanted}".`;
  throw new ProblemError({ code: "KEY_UNKNOWN", where, message, remedy: "`millrace keys list` shows the ids." });
}

function fileOf({ file }: FileOption, { io }: CommandContext): string {
  const path = file ?? io.environment.MILLRACE_KEYS_FILE;
  if (path !== undefined && path !== "") return path;
  throw new CommandProblem(exitCodes.usage, {
    code: "KEYS_FILE_UNNAMED",
    message: "no file of keys is named.",
    remedy: "Set MILLRACE_KEYS_FILE, for the services too, or add --file.",
  });
}

function scopes(text: string): Scope[] {
  const given = list(text);
  if (given.length > 0 && given.every((each) => ["read", "predict", "admin"].includes(each))) return given as Scope[];
  throw new InvalidArgumentError("It must be read, predict or admin, or several of them with commas.");
}

const list = (text: string): string[] => text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()]));

function whole(text: string): number {
  if (Number.isSafeInteger(positive(text))) return Number(text);
  throw new InvalidArgumentError("It must be a whole number above 0.");
}
