import type { Environment } from "@millrace/service";

/** What a command sees of the process: so that a test can be one. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Whether lines on standard output can be written over. */
  terminal: boolean;
  environment: Environment;
  cwd: string;
}

export const processIo = (): Io => ({
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  terminal: process.stdout.isTTY === true,
  environment: process.env,
  cwd: process.cwd(),
});
