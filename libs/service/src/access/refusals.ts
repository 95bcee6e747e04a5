import { HttpProblem } from "../http-problem.js";
import type { Scope } from "./caller.js";

const bringKey =
  "Send a key of Millrace as `Authorization: Bearer …` or `x-api-key`; `millrace keys create` makes one.";
const refusal = (status: number, code: string, message: string, remedy: string): HttpProblem =>
  new HttpProblem(status, { code, message, remedy });

// Made once: under attack a refusal has to cost less than what it refuses.
export const keyRequired = refusal(401, "KEY_REQUIRED", "the call brought no valid key.", bringKey);
export const keyExpired = refusal(401, "KEY_EXPIRED", "the key has expired.", "Ask an operator for a new one.");
export const tokenExpired = refusal(401, "TOKEN_EXPIRED", "the token has expired.", "Ask its issuer for a new one.");
export const tokenInvalid = refusal(
  ...([401, "TOKEN_INVALID", "the token is not one that is taken here."] as const),
  "Its issuer, audience and signature have to be those of JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS.",
);
export const issuerUnavailable = refusal(
  ...([503, "TOKEN_KEYS_UNAVAILABLE", "the keys of the tokens' issuer can't be read now."] as const),
  "Call again soon, or with a key of Millrace; the log tells why.",
);
export const rateExceeded = refusal(
  ...([429, "RATE_EXCEEDED", "this key makes more calls than it may."] as const),
  "Wait as long as Retry-After says, or ask an operator for a higher rate.",
);
export const overloaded = refusal(
  ...([503, "OVERLOADED", "more calls come than can be answered."] as const),
  "Wait as long as Retry-After says, then call again.",
);
export const strangeHost = refusal(
  ...([421, "HOST_UNKNOWN", "without a key, calls are taken for this machine's own names only."] as const),
  "Call 127.0.0.1 or localhost, or set MILLRACE_API_KEY.",
);
export const crossSite = refusal(
  ...([403, "CROSS_SITE", "a page of another site may not do this."] as const),
  "Call from a page of this origin, or name the page's origin in CORS_ORIGINS.",
);
export const modelForbidden = refusal(
  ...([403, "MODEL_FORBIDDEN", "this key may not ask this model."] as const),
  "Name a model that the key is for (POST /models/{model}/predict), or ask an operator for another key.",
);

const missing = (scope: Scope) =>
  refusal(403, "SCOPE_MISSING", `the call needs the scope "${scope}".`, `Use a key that has "${scope}" or "admin".`);
const missingScopes = { read: missing("read"), predict: missing("predict"), admin: missing("admin") };
export const scopeMissing = (scope: Scope): HttpProblem => missingScopes[scope];
