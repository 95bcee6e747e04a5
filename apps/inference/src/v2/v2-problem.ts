import { sentenceOf } from "@millrace/contracts";
import { HttpProblem, problemJson } from "@millrace/service";

export const badRequest = (message: string): HttpProblem =>
  new HttpProblem(400, { code: "V2_REQUEST_INVALID", message });

/** As the protocol wants an error: a status and one sentence. */
export function v2Error(error: unknown, path: string): { status: number; body: { error: string } } {
  const { status, body } = problemJson(error, path);
  const said = error instanceof HttpProblem ? sentenceOf(error.problem) : body.detail;
  return { status, body: { error: `${body.code}: ${said ?? body.title}` } };
}
