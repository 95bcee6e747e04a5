import type { JWTPayload } from "jose";
import { ProblemError } from "@millrace/contracts";
import type { Scope } from "./caller.js";
import type { AccessSettings } from "./settings.js";

const scopes: readonly Scope[] = ["read", "predict", "admin"];

/** Reads a token's scopes from the claim, and by the names, that the settings say. */
export function scopeReader({ JWT_SCOPE_CLAIM, JWT_SCOPE_MAP }: AccessSettings): (payload: JWTPayload) => Scope[] {
  const names = JWT_SCOPE_MAP === undefined ? ownNames : mapOf(JWT_SCOPE_MAP);
  const path = JWT_SCOPE_CLAIM.split(".");
  return (payload) => {
    const found = valuesOf(claimAt(payload, path)).flatMap((value) => names.get(value) ?? []);
    return [...new Set(found)];
  };
}

const ownNames = new Map(scopes.flatMap((scope) => [scope, `millrace:${scope}`].map((name) => [name, scope] as const)));

/** A claim of that whole name (names may be URLs with dots), or the one that the dots lead to. */
function claimAt(payload: JWTPayload, path: readonly string[]): unknown {
  const whole = path.join(".");
  if (Object.hasOwn(payload, whole)) return payload[whole];
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    payload,
  );
}

const valuesOf = (claim: unknown): string[] =>
  typeof claim === "string"
    ? claim.split(/\s+/)
    : Array.isArray(claim)
      ? claim.filter((each) => typeof each === "string")
      : [];

function mapOf(text: string): Map<string, Scope> {
  return new Map(text.split(",").map((pair) => entryOf(pair.trim(), text)));
}

function entryOf(pair: string, where: string): [string, Scope] {
  const at = pair.lastIndexOf("=");
  const scope = scopes.find((each) => each === pair.slice(at + 1).trim());
  if (at > 0 && scope !== undefined) return [pair.slice(0, at).trim(), scope];
  throw new ProblemError({
    ...{ code: "JWT_SCOPE_MAP_INVALID", where, message: `"${pair}" names no scope.` },
    remedy: "Write JWT_SCOPE_MAP like `shop=predict,ops=admin`; the scopes are read, predict and admin.",
  });
}
