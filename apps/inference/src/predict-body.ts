import { HttpProblem } from "@millrace/service";

/** What the body of a request for predictions says. */
export type PredictBody =
  | { readonly features: object; readonly instances?: undefined; readonly key?: string }
  | { readonly features?: undefined; readonly instances: readonly unknown[]; readonly key?: string };

export interface BodyLimits {
  readonly rows: number;
}

const MOST_KEY = 256;

/** Cells are the model's affair; this looks at what stands around them. */
export function readPredictBody(body: unknown, limits: BodyLimits): PredictBody {
  if (!isSound(body)) throw bodyInvalid(body);
  if (body.instances !== undefined && body.instances.length > limits.rows) throw tooManyRows(limits.rows);
  return body;
}

function isSound(body: unknown): body is PredictBody {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  let rows = 0;
  for (const name in body) {
    const value = (body as Record<string, unknown>)[name];
    if (name === "features" && isObject(value)) rows++;
    else if (name === "instances" && Array.isArray(value) && value.length > 0) rows++;
    else if (name !== "key" || !isKey(value)) return false;
  }
  return rows === 1;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
const isKey = (value: unknown): boolean => typeof value === "string" && value.length <= MOST_KEY;

function bodyInvalid(body: unknown): HttpProblem {
  const problems = problemsOf(body);
  const said = problems.map(({ pointer, message }) => `${pointer || "the body"} ${message}`);
  return new HttpProblem(422, { code: "REQUEST_INVALID", message: `${said.join("; ")}.`, problems });
}

interface FieldProblem {
  pointer: string;
  message: string;
}

const MOST_PROBLEMS = 20;

function problemsOf(body: unknown): FieldProblem[] {
  if (!isObject(body) || Array.isArray(body)) return [{ pointer: "", message: "must be an object" }];
  const given = body as Record<string, unknown>;
  const problems = Object.keys(given)
    .slice(0, MOST_PROBLEMS)
    .flatMap((name) => memberProblems(name, given[name]));
  const rows = ["features", "instances"].filter((name) => Object.hasOwn(given, name));
  if (rows.length === 0) problems.push({ pointer: "/features", message: "is not given" });
  if (rows.length === 2) problems.push({ pointer: "/instances", message: "can't be given together with features" });
  return problems;
}

function memberProblems(name: string, value: unknown): FieldProblem[] {
  const wrong = (message: string) => [{ pointer: `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, message }];
  if (name === "features") return isObject(value) ? [] : wrong("must be an array or an object");
  if (name === "instances") return Array.isArray(value) && value.length > 0 ? [] : wrong("must be a list of rows");
  if (name === "key") return isKey(value) ? [] : wrong(`must be a text of at most ${MOST_KEY} characters`);
  return wrong("is not known here");
}

const tooManyRows = (rows: number): HttpProblem =>
  new HttpProblem(413, {
    code: "TOO_MANY_ROWS",
    where: "/instances",
    message: `a request may ask for ${rows} rows.`,
    remedy: "Send them in several requests, or as a stream to POST /models/{model}/predict/batch.",
  });
