import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ProblemError, type Problem } from "@millrace/contracts";

/** What was found out of a package that can be served. */
export interface PackageCheck {
  readonly family: string;
  readonly task: "classification" | "regression";
  readonly classes: readonly string[];
  readonly features: readonly string[];
  readonly target: string;
  /** How many rows it was asked, each alone and all as a table. */
  readonly rows: number;
  readonly openMilliseconds: number;
  /** Of one row, once it is warm. */
  readonly medianMilliseconds: number;
}

export type CheckOutcome =
  { readonly kind: "checked"; readonly check: PackageCheck } | { readonly kind: "refused"; readonly problem: Problem };

export interface CheckOptions {
  readonly timeoutMs?: number;
  /** What opens and asks the package; a test names one that crashes. */
  readonly program?: string;
}

/** Both from src/ and from dist/ this is the compiled program: a process can't load TypeScript. */
const checkProcess = fileURLToPath(new URL("../dist/check-process.js", import.meta.url));

/**
 * Opens a package and asks it, in a process of its own: a model that crashes the runtime, or never answers, harms nobody.
 * Throws why it can't be served.
 */
export async function checkPackage(
  path: string,
  { timeoutMs = 60_000, program = checkProcess }: CheckOptions = {},
): Promise<PackageCheck> {
  const outcome = await outcomeOf(path, timeoutMs, program);
  if (outcome.kind === "checked") return outcome.check;
  throw new ProblemError(outcome.problem);
}

function outcomeOf(path: string, timeoutMs: number, program: string): Promise<CheckOutcome> {
  // The platform's secrets are none of the model's business.
  const { PATH, HOME, TMPDIR, ONNX_RUNTIME } = process.env;
  const env = { PATH, HOME, TMPDIR, ONNX_RUNTIME };
  const child = fork(program, [path], { env, execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
  return new Promise<CheckOutcome>((resolve) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve({ kind: "refused", problem: timedOut(timeoutMs) });
    }, timeoutMs);
    child.once("message", (outcome) => resolve(outcome as CheckOutcome));
    child.once("error", (error) => resolve({ kind: "refused", problem: crashed(error.message) }));
    child.once("exit", (code, signal) => resolve({ kind: "refused", problem: crashed(signal ?? `code ${code}`) }));
    child.once("exit", () => clearTimeout(timer));
  });
}

const timedOut = (milliseconds: number): Problem => ({
  code: "MODEL_TIMED_OUT",
  message: `the model did not open and answer within ${milliseconds / 1000} s.`,
  remedy: "Make it smaller, or check its graph with onnxruntime yourself.",
});

const crashed = (how: string): Problem => ({
  code: "MODEL_CRASHED",
  message: `the process that tried the model ended without a word (${how}): the model crashes its runtime.`,
  remedy: "Try the file with onnxruntime yourself; another opset or exporter may help.",
});
