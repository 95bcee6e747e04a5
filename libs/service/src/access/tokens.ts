import { errors, jwtVerify, type JWTPayload } from "jose";
import { ProblemError } from "@millrace/contracts";
import type { HttpProblem } from "../http-problem.js";
import { errorFields, type Log } from "../log.js";
import type { Buckets, Grant } from "./grant.js";
import { IssuerUnavailable, openJwks } from "./jwks.js";
import { issuerUnavailable, overloaded, tokenExpired, tokenInvalid } from "./refusals.js";
import type { AccessSettings } from "./settings.js";
import { scopeReader } from "./token-scopes.js";

export interface Tokens {
  /** What a token gives, or why it is refused; at once for one that was verified lately. */
  find(token: string): Grant | HttpProblem | Promise<Grant | HttpProblem>;
  stop(): void;
}

export interface TokenParts {
  settings: AccessSettings;
  buckets: Buckets;
  log: Log;
  clock: () => Date;
  ticks: () => number;
}

/** Signatures by a key pair only: with `none` anybody, and with HS256 whoever knows the public key, could make tokens. */
const algorithms = [...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"], ...["ES256", "ES384", "ES512", "EdDSA"]];
/** How long a verified token is believed without looking again. */
const BELIEVED_MS = 60_000;
const REMEMBERED = 5_000;
const LONGEST_TOKEN = 8_192;
/** A signature costs about 50 µs: nobody may keep more than this in line. */
const MOST_PENDING = 200;

/** Tokens of the issuer that the settings name; nothing where they name none. */
export async function openTokens({ settings, buckets, log, clock, ticks }: TokenParts): Promise<Tokens | undefined> {
  const { JWT_JWKS: location, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = settings;
  if (location === undefined && issuer === undefined && audience === undefined) return undefined;
  if (location === undefined || issuer === undefined || audience === undefined) throw incomplete();
  const jwks = await openJwks({ location, log, ticks });
  const scopesOf = scopeReader(settings);
  const believed = new Map<string, { grant: Grant; until: number }>();
  const clockTolerance = settings.JWT_CLOCK_SKEW_SECONDS;
  let pending = 0;

  async function verify(token: string): Promise<Grant | HttpProblem> {
    pending += 1;
    try {
      const rules = { issuer, audience, algorithms, clockTolerance, requiredClaims: ["exp"], currentDate: clock() };
      const { payload } = await jwtVerify(token, jwks.keyFor, rules);
      return believe(token, grantOf(payload));
    } catch (error) {
      return refusalOf(error, log);
    } finally {
      pending -= 1;
    }
  }

  function grantOf(payload: JWTPayload): Grant {
    const name = nameOf(payload);
    return {
      caller: { name, kind: "token", id: payload.sub ?? name, scopes: scopesOf(payload) },
      expiresAt: (payload.exp! + clockTolerance) * 1000,
      bucket: buckets(`token ${name}`, undefined),
    };
  }

  function believe(token: string, grant: Grant): Grant {
    if (believed.size >= REMEMBERED) believed.delete(believed.keys().next().value!);
    believed.set(token, { grant, until: ticks() + BELIEVED_MS });
    return grant;
  }

  return {
    find(token) {
      const known = believed.get(token);
      if (known !== undefined && ticks() < known.until) return known.grant;
      if (token.length > LONGEST_TOKEN) return tokenInvalid;
      return pending >= MOST_PENDING ? overloaded : verify(token);
    },
    stop: jwks.stop,
  };
}

/** Whoever the token is about; it stands in logs, so it has an end. */
function nameOf({ sub, client_id, azp }: JWTPayload): string {
  const name = [sub, client_id, azp].find((each) => typeof each === "string" && each !== "") as string | undefined;
  return (name ?? "token").slice(0, 200);
}

function refusalOf(error: unknown, log: Log): HttpProblem {
  if (error instanceof errors.JWTExpired) return tokenExpired;
  if (error instanceof IssuerUnavailable) return issuerUnavailable;
  if (!(error instanceof errors.JOSEError)) log.error("a token could not be verified", errorFields(error));
  else log.debug("a token was refused", { code: error.code, reason: error.message });
  return tokenInvalid;
}

const incomplete = (): ProblemError =>
  new ProblemError({
    code: "JWT_SETTINGS_INCOMPLETE",
    message: "tokens need the keys of their issuer, its name and their audience.",
    remedy: "Set JWT_JWKS, JWT_ISSUER and JWT_AUDIENCE, or none of them.",
  });
