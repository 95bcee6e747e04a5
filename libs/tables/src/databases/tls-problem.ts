import { ProblemError } from "@millrace/contracts";
import type { Problems } from "./database-problem.js";

interface Cause extends Error {
  readonly code?: unknown;
  readonly reason?: unknown;
}

const untrusted =
  /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_(HAS_EXPIRED|NOT_YET_VALID|UNTRUSTED|REJECTED|SIGNATURE_FAILURE|CHAIN_TOO_LONG|REVOKED)|INVALID_CA|self[- ]signed certificate|unable to (verify the first|get (local )?issuer) certificate|certificate (has expired|is not yet valid|signature failure)/i;
const otherHost = /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/i;
const withoutTls =
  /HANDSHAKE_NO_SSL_SUPPORT|does not support (SSL|secure) connection|ERR_SSL_WRONG_VERSION_NUMBER|wrong version number/i;
const wantsTls = /no encryption|insecure transport/i;
const wantsCertificate =
  /ALERT_(CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|HANDSHAKE_FAILURE)|alert (certificate required|unknown ca|bad certificate|certificate unknown)|valid client certificate/i;
const badFile =
  /ERR_OSSL|ERR_CRYPTO_|PEM (lib|routines)|bad decrypt|key values mismatch|(ENOENT|EACCES|EISDIR): .*, (open|read)/i;

/** What went wrong with TLS, which no repetition heals; undefined where it is something else. */
export function tlsProblem(error: Error, problems: Problems): ProblemError | undefined {
  for (const cause of causesOf(error)) {
    const said = `${String(cause.code ?? "")} ${cause.message}`;
    if (otherHost.test(said)) return problems.otherHost(cause);
    if (untrusted.test(said)) return problems.untrusted(cause);
    if (withoutTls.test(said)) return problems.withoutTls(cause);
    if (wantsTls.test(said)) return problems.wantsTls(cause);
    if (wantsCertificate.test(said)) return problems.wantsCertificate(cause);
    if (badFile.test(said))
      return problems.certificateFile(`a certificate or its key cannot be used: ${cause.message}`);
  }
  return undefined;
}

/** Drivers hide the first error in others: as its cause, or among the servers that were tried. */
function causesOf(error: unknown, depth = 0): Cause[] {
  if (!isError(error) || error instanceof ProblemError || depth > 5) return [];
  const servers = (error.reason as { servers?: ReadonlyMap<string, { error?: unknown }> } | undefined)?.servers;
  const inner = [error.cause, ...[...(servers?.values() ?? [])].map((server) => server.error)];
  return [error, ...inner.flatMap((one) => causesOf(one, depth + 1))];
}

const isError = (value: unknown): value is Cause =>
  typeof value === "object" && value !== null && typeof (value as Cause).message === "string";
