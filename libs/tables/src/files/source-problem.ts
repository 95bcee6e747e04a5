import { ProblemError } from "@millrace/contracts";
import { basename } from "node:path";

/** An error about a source file: it always names the file and says what to do. */
export const sourceProblem = (
  code: string,
  path: string,
  message: string,
  remedy: string,
  cause?: unknown,
): ProblemError => new ProblemError({ code, where: basename(path), message, remedy }, { cause });
