import { ProblemError, shortDigestOf } from "@millrace/contracts";

// MLflow's rules where it has some, so that what works with local files works with MLflow too.
const RULES = {
  key: {
    ok: /^[^'"`\\\p{Cc}]{1,500}$/u,
    say: "1 to 500 characters without quotes, backslashes and control characters",
  },
  experiment: { ok: /^[^\p{Cc}]{1,250}$/u, say: "1 to 250 characters without control characters" },
  model: { ok: /^[^/:'"`\\\p{Cc}]{1,200}$/u, say: "1 to 200 characters without slashes, colons and quotes" },
  alias: {
    ok: /^(?!latest$|v\d+$)[A-Za-z0-9_-]{1,200}$/i,
    say: 'letters, digits, "_" and "-", and neither "latest" nor a version such as "v1"',
  },
} as const;

export function checkName(kind: keyof typeof RULES, name: string): void {
  const { ok, say } = RULES[kind];
  if (ok.test(name)) return;
  throw new ProblemError({
    code: "TRACKING_NAME_INVALID",
    message: `${JSON.stringify(name)} cannot be the name of a tracking ${kind}.`,
    remedy: `Use ${say}.`,
  });
}

/** A path within a run or a package: it must not leave it. */
export function checkPath(path: string): void {
  const segments = path.split("/");
  if (!/[\\\p{Cc}]/u.test(path) && segments.every(isFileName)) return;
  throw new ProblemError({
    code: "TRACKING_PATH_INVALID",
    message: `${JSON.stringify(path)} is not the path of a file in a run or a package.`,
    remedy: 'Use names divided by single slashes, without ".", ".." and backslashes.',
  });
}

const isFileName = (segment: string): boolean =>
  !["", ".", ".."].includes(segment) && Buffer.byteLength(segment) <= 255;

/** A file name that a person recognises and that no other name has: what is unusual in one becomes %XX. */
export function fileNameOf(name: string): string {
  const encoded = [...Buffer.from(name, "utf8")].map(fileNameByte).join("");
  const visible = encoded.startsWith(".") ? `%2E${encoded.slice(1)}` : encoded;
  // File systems allow 255 bytes; "~" is in no other name, so a shortened one is no other name's.
  return visible.length <= 200 ? visible : `${visible.slice(0, 150)}~${shortDigestOf(name, 16)}`;
}

function fileNameByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9 ._-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
