import type { IncomingMessage } from "node:http";
import { HttpProblem } from "../http-problem.js";
import type { Log } from "../log.js";
import type { Access, Admission } from "./admission.js";
import { callerOf, has, mayAsk, openCaller, rememberCaller, type Caller } from "./caller.js";
import { credentialOf, hasLocalHost, isForeign } from "./credentials.js";
import { openBuckets, type Grant } from "./grant.js";
import { openKeyRing } from "./key-ring.js";
import { followKeys } from "./key-sources.js";
import { takeToken } from "./rate.js";
import * as refusals from "./refusals.js";
import type { RouteScope } from "./route-scope.js";
import { isGuarded, type AccessSettings } from "./settings.js";
import { openTokens } from "./tokens.js";

/** The access check with what only the server needs. */
export interface GuardedAccess extends Access {
  /** Finds out who calls, counts the call against its rate, and says whether it may call this route. */
  check(request: IncomingMessage, route: RouteScope): Admission | Promise<Admission>;
  /** The allowance of whoever called, where it has one. */
  bucketOf(request: IncomingMessage): Grant["bucket"];
  stop(): void;
}

export interface AccessParts {
  settings: AccessSettings & { MILLRACE_DEFAULT_MODEL?: string };
  log: Log;
  clock: () => Date;
  /** Milliseconds that never go back. */
  ticks?: () => number;
}

type Found = Grant | HttpProblem;

const openAdmission: Admission = { caller: openCaller };
const isSafe = ({ method }: IncomingMessage): boolean => method === "GET" || method === "HEAD";
const looksLikeToken = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
const expired = ({ caller }: Grant): HttpProblem =>
  caller.kind === "token" ? refusals.tokenExpired : refusals.keyExpired;

export const originsOf = ({ CORS_ORIGINS }: AccessSettings): string[] =>
  (CORS_ORIGINS ?? "").split(",").flatMap((origin) => (origin.trim() === "" ? [] : [origin.trim()]));

/** Whether whoever was let in may call this route. */
function judge(admission: Admission, { anyOf, model, asksDefault }: RouteScope, fallback?: string): Admission {
  if ("refused" in admission) return admission;
  const { caller } = admission;
  if (!anyOf.some((scope) => has(caller, scope))) return { refused: refusals.scopeMissing(anyOf[0]!) };
  // Where no default is set, the only model that serves is asked: the route knows it, and asks `refusalFor`.
  const asked = model ?? (asksDefault ? fallback : undefined);
  return asked === undefined || mayAsk(caller, asked) ? admission : { refused: refusals.modelForbidden };
}

export async function openAccess(parts: AccessParts): Promise<GuardedAccess> {
  const { settings, log, clock, ticks = () => performance.now() } = parts;
  const buckets = openBuckets(settings.MILLRACE_RATE_LIMIT, ticks);
  const ring = openKeyRing(buckets);
  const tokens = await openTokens({ settings, buckets, log, clock, ticks });
  const keys = await followKeys(settings, ring, log);
  const grants = new WeakMap<IncomingMessage, Grant>();
  const origins = originsOf(settings);
  const guarded = isGuarded(settings);

  function identify(request: IncomingMessage): Found | Promise<Found> {
    const credential = credentialOf(request);
    if (credential === undefined) return refusals.keyRequired;
    if (credential.ambient && !isSafe(request) && isForeign(request, origins)) return refusals.crossSite;
    const { text } = credential;
    const key = ring.find(text);
    if (key !== undefined) return key;
    return tokens !== undefined && looksLikeToken(text) ? tokens.find(text) : refusals.keyRequired;
  }

  /** Counts the call, also one that may not be made: whoever asks for too much, asks too often. */
  function take(request: IncomingMessage, found: Found): Admission {
    if (found instanceof HttpProblem) return { refused: found };
    if (found.expiresAt <= clock().getTime()) return { refused: expired(found) };
    rememberCaller(request, found.caller);
    if (found.bucket !== undefined) {
      grants.set(request, found);
      if (!takeToken(found.bucket, ticks())) return { refused: refusals.rateExceeded };
    }
    return found;
  }

  function enter(request: IncomingMessage): Admission | Promise<Admission> {
    const known = callerOf(request);
    if (known !== openCaller) return { caller: known };
    const found = identify(request);
    return found instanceof Promise ? found.then((each) => take(request, each)) : take(request, found);
  }

  const admitOpen = (request: IncomingMessage, { anyOf }: RouteScope): Admission => {
    if (!hasLocalHost(request)) return { refused: refusals.strangeHost };
    const changes = anyOf[0] === "admin" && !isSafe(request);
    return changes && isForeign(request, origins) ? { refused: refusals.crossSite } : openAdmission;
  };

  const refusalFor = (caller: Caller, model: string) => (mayAsk(caller, model) ? undefined : refusals.modelForbidden);

  function check(request: IncomingMessage, route: RouteScope): Admission | Promise<Admission> {
    if (route.open) return openAdmission;
    if (!guarded) return admitOpen(request, route);
    const admission = enter(request);
    const judged = (entered: Admission) => judge(entered, route, settings.MILLRACE_DEFAULT_MODEL);
    return admission instanceof Promise ? admission.then(judged) : judged(admission);
  }

  return {
    check,
    refusalFor,
    admit: (request, scope) => check(request, { open: false, anyOf: [scope] }),
    bucketOf: (request) => grants.get(request)?.bucket,
    stop() {
      keys.stop();
      tokens?.stop();
    },
  };
}
