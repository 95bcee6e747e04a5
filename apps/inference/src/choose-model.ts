import { HttpProblem } from "@millrace/service";
import { notLoaded, notServing } from "./loading/not-serving.js";
import type { ServedModel } from "./served-model.js";
import type { Serving } from "./serving.js";

export interface ModelChoice {
  /** Unset: the default model, or the only one that serves. */
  readonly model?: string;
  /** A version that the caller wants to hear and no other. */
  readonly pin?: number;
  /** During a rollout the same key is answered by the same version. */
  readonly key?: string;
  readonly caller?: string;
  /** The only models that the caller may ask; unset: any. */
  readonly models?: readonly string[];
}

/** Says which version answers. Whoever has chosen answers with that version to the end, however long it takes. */
export function openModelChoice(serving: Serving, defaultModel: string | undefined) {
  return (asked: ModelChoice, features: unknown): ServedModel => {
    const name = asked.model ?? defaultModel ?? onlyModel(serving);
    if (asked.models !== undefined && !asked.models.includes(name)) throw modelForbidden(name);
    requireServing(serving, name);
    return serving.versionFor(name, { pin: asked.pin, key: asked.key, caller: asked.caller, features });
  };
}

/** Where the path names the model this is said before any route is asked. */
const modelForbidden = (name: string): HttpProblem =>
  new HttpProblem(403, {
    code: "MODEL_FORBIDDEN",
    where: name,
    message: "this key may not ask this model.",
    remedy: "Name a model that the key is for (POST /models/{model}/predict), or ask an operator for another key.",
  });

/** The model that a request is about, as far as one can tell: the only one that serves, where none is named. */
export function modelMeant(serving: Pick<Serving, "models">, name: string | undefined): string | undefined {
  if (name !== undefined) return name;
  const [only, ...others] = serving.models().keys();
  return others.length === 0 ? only : undefined;
}

function onlyModel(serving: Serving): string {
  const names = serving.models().keys();
  const first = names.next();
  if (first.done === true) throw notLoaded("any model", [...serving.problems().values()][0]);
  if (names.next().done === true) return first.value;
  throw new HttpProblem(400, {
    code: "MODEL_NOT_NAMED",
    message: `several models serve: ${[...serving.models().keys()].join(", ")}.`,
    remedy: "Ask POST /models/{model}/predict, or set MILLRACE_DEFAULT_MODEL.",
  });
}

/** The champion of a name; 404 for a name that nobody knows, 503 for one whose version is not there yet. */
export function requireServing(serving: Serving, name: string): ServedModel {
  const served = serving.models().get(name);
  if (served !== undefined) return served;
  throw notServing(name, serving.models(), serving.problems());
}
