import { ProblemError } from "@millrace/contracts";
import { HttpProblem } from "@millrace/service";

interface FieldProblem {
  readonly pointer: string;
  readonly message: string;
}

/** So many wrong fields are told at once. */
export const MOST_PROBLEMS = 100;

export const fieldProblemsOf = (error: unknown): readonly FieldProblem[] => {
  const problems = error instanceof ProblemError ? error.problem.problems : undefined;
  return Array.isArray(problems) ? (problems as FieldProblem[]) : [];
};

/** A row that the model can't read, as the caller is told: each pointer leads into what the caller sent. */
export function rowProblem(error: unknown, at: string): unknown {
  if (!(error instanceof ProblemError) || error instanceof HttpProblem) return error;
  if (error.code !== "FEATURES_INVALID") return error;
  return new HttpProblem(422, {
    ...error.problem,
    problems: placed(fieldProblemsOf(error), at).slice(0, MOST_PROBLEMS),
  });
}

const placed = (problems: readonly FieldProblem[], at: string): FieldProblem[] =>
  problems.map(({ pointer, message }) => ({ pointer: at + pointer, message }));

/** The problems of several rows as one. */
export function rowsProblem(problems: readonly HttpProblem[]): HttpProblem {
  const fields = problems.flatMap(fieldProblemsOf);
  const rows = problems.length === 1 ? "one row is" : `${problems.length} rows are`;
  return new HttpProblem(422, {
    ...problems[0]!.problem,
    message: `${rows} wrong, so none was answered. The first: ${problems[0]!.problem.message}`,
    problems: fields.slice(0, MOST_PROBLEMS),
  });
}
