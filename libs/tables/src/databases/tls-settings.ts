import { readFileSync } from "node:fs";
import type { Problems } from "./database-problem.js";

export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** Whether the server's certificate has to come from an authority that is trusted. */
  readonly trusted: boolean;
  /** Whether it has to be one for this host. */
  readonly identity: boolean;
}

type Level = Pick<TlsSettings, "trusted" | "identity">;

const encrypted: Level = { trusted: false, identity: false };
const authority: Level = { trusted: true, identity: false };
const full: Level = { trusted: true, identity: true };
const levels: Record<string, Level | undefined> = {
  ...{ allow: encrypted, prefer: encrypted, preferred: encrypted, require: encrypted, required: encrypted },
  ...{ "no-verify": encrypted, "verify-ca": authority, "verify-full": full, "verify-identity": full },
  ...{ true: full, "1": full },
};
const PLAIN = ["disable", "disabled", "false", "0"];

/** The settings of a url that are about TLS, as PostgreSQL's clients call them and as MySQL's do. */
const MODE = ["sslmode", "ssl-mode", "ssl"];
const ROOT = ["sslrootcert", "ssl-ca"];
const CERTIFICATE = ["sslcert", "ssl-cert"];
const KEY = ["sslkey", "ssl-key"];
const PASSPHRASE = ["sslpassword"];
export const TLS_SETTINGS = [...MODE, ...ROOT, ...CERTIFICATE, ...KEY, ...PASSPHRASE];

/** What a url says about TLS; undefined where it says nothing, false where there is to be none. */
export function tlsOf(settings: URLSearchParams, problems: Problems): TlsSettings | false | undefined {
  const said = (names: readonly string[]) => names.map((name) => settings.get(name)).find((value) => value !== null);
  if (!TLS_SETTINGS.some((name) => settings.has(name))) return undefined;
  const mode = (said(MODE) || "verify-full").toLowerCase().replaceAll("_", "-");
  if (PLAIN.includes(mode)) return false;
  const level = levels[mode];
  if (level === undefined)
    throw problems.invalidQuery(`sslmode=${mode} is none of disable, require, verify-ca and verify-full.`);
  const file = (names: readonly string[]) => pemOf(said(names), names[0]!, problems);
  const ca = said(ROOT) === "system" ? undefined : file(ROOT);
  return {
    // Whoever names an authority wants it to be looked at.
    ...(level === encrypted && ca !== undefined ? authority : level),
    ...{ ca, cert: file(CERTIFICATE), key: file(KEY), passphrase: said(PASSPHRASE) },
  };
}

function pemOf(path: string | undefined, setting: string, problems: Problems): string | undefined {
  if (!path) return undefined;
  try {
    const text = readFileSync(path, "utf8");
    if (text.includes("-----BEGIN ")) return text;
  } catch (error) {
    throw problems.certificateFile(`${setting}=${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  throw problems.certificateFile(`${setting}=${path} is no PEM file: it has no line -----BEGIN …-----.`);
}
