import { sentenceOf, type Problem } from "@millrace/contracts";
import { HttpProblem, notFound } from "@millrace/service";

type ByName<Value> = ReadonlyMap<string, Value>;

/** Why nobody answers for a name: no version of it is loaded (yet), or nobody knows it. */
export function notServing(name: string, champions: ByName<unknown>, problems: ByName<Problem>): HttpProblem {
  const problem = problems.get(name);
  if (champions.size === 0 || problem !== undefined) return notLoaded(name, problem);
  return notFound({
    code: "MODEL_UNKNOWN",
    where: name,
    message: "no model of that name serves.",
    remedy: `There are: ${[...champions.keys()].join(", ")}.`,
  });
}

/** There may be a model, and nothing of it can answer. */
export const notLoaded = (name: string, problem: Problem | undefined): HttpProblem =>
  new HttpProblem(503, {
    code: "MODEL_NOT_LOADED",
    where: name,
    message:
      problem === undefined ? "no version is loaded yet." : `its version can't be loaded: ${sentenceOf(problem)}`,
    remedy: "Let data arrive for its pipeline (`millrace arrive <pipeline>`), then ask again.",
  });
