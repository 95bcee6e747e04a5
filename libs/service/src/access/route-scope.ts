import type { Scope } from "./caller.js";

/** What a call takes to be let in. */
export interface RouteScope {
  /** Anybody may call, also while others are refused for overload. */
  readonly open: boolean;
  /** One of these is enough. */
  readonly anyOf: readonly Scope[];
  /** The model that the path names. */
  readonly model?: string;
  /** The model is asked that is asked where none is named. */
  readonly asksDefault?: boolean;
  /** The answer stays open, as long as the caller listens. */
  readonly stream?: boolean;
}

// Express finds its routes whatever the case, so these do, too.
const openPaths = /^\/(health|ready|metrics|form\.js|v2\/health\/(live|ready))$/i;
const predictions = /^\/(predict(\/|$)|feedback(\/|$)|form$|models\/[^/]+\/(predict|feedback|form)(\/|$)|v2(\/|$))/i;
const administration = /^\/v2\/repository\/models\//i;
const descriptions = /^\/($|docs(\/|$)|openapi\.json$|models(\/[^/]+)?$)/i;
const named = /^\/(?:v2\/)?models\/([^/]+)/i;
/** Express reads what else is sent as a path in ways of its own: behind a # it takes a backslash for a slash. */
const plainPath = /^\/[\x21-\x22\x24-\x5b\x5d-\x7e]*$/;

const safe = new Set(["GET", "HEAD"]);
const remembered = new Map<string, Map<string, RouteScope>>();
const REMEMBERED = 1000;

/** By method and path alone, so that no route can be forgotten: what is in no list is read by readers and done by admins. */
export function scopeOfRoute(method: string, url: string): RouteScope {
  const query = url.indexOf("?");
  const path = query === -1 ? url : url.slice(0, query);
  const known = remembered.get(method) ?? new Map<string, RouteScope>();
  const scope = known.get(path) ?? judge(method, path);
  if (!known.has(path)) remember(method, known, path, scope);
  return scope;
}

function remember(method: string, known: Map<string, RouteScope>, path: string, scope: RouteScope): void {
  if (known.size >= REMEMBERED) known.clear();
  remembered.set(method, known.set(path, scope));
}

function judge(method: string, path: string): RouteScope {
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  if (safe.has(method) && openPaths.test(trimmed)) return { open: true, anyOf: [] };
  const model = named.exec(trimmed)?.[1];
  const anyOf = scopesOf(method, trimmed);
  const asksDefault = model === undefined && anyOf.length === 1 && anyOf[0] === "predict";
  return { open: false, anyOf, model: model && decoded(model), asksDefault, stream: trimmed.endsWith("/events") };
}

function scopesOf(method: string, path: string): readonly Scope[] {
  if (administration.test(path) || !plainPath.test(path)) return ["admin"];
  const asked = predictions.test(path);
  if (!safe.has(method)) return asked ? ["predict"] : ["admin"];
  return asked || descriptions.test(path) ? ["read", "predict"] : ["read"];
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
