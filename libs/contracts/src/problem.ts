import * as z from "zod";

/** What every error of the platform says: a code for programs, a sentence for people, where it is, and what to do. */
export const problemSchema = z
  .looseObject({
    code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
    message: z.string().min(1),
    where: z.string().optional(),
    remedy: z.string().optional(),
  })
  .meta({ id: "Problem" });

export type Problem = z.infer<typeof problemSchema>;

/** An error that carries a problem. `cause` keeps what a driver threw. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(sentenceOf(problem), options);
    this.name = "ProblemError";
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }
}

export const sentenceOf = ({ message, where, remedy }: Problem): string =>
  [where ? `${where}: ${message}` : message, remedy].filter(Boolean).join(" ");

/** The problem in whatever was thrown; an error that nobody planned gets the code UNEXPECTED. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  if (thrown instanceof Error) return { code: "UNEXPECTED", message: thrown.message || thrown.name };
  return { code: "UNEXPECTED", message: String(thrown) };
}
