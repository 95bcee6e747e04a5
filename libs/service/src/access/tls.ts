import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { Server as SecureServer, ServerOptions } from "node:https";
import { ProblemError } from "@millrace/contracts";
import { errorFields, type Log } from "../log.js";
import type { ServerSettings } from "./settings.js";
import { watchFiles, type FileWatch } from "./watch-files.js";

type Files = Pick<ServerSettings, "TLS_CERT_FILE" | "TLS_KEY_FILE" | "TLS_CLIENT_CA_FILE">;

/** The certificate and key of the files, checked; nothing where none are named. */
export async function readTls(files: Files): Promise<ServerOptions | undefined> {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: ca } = files;
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined) throw incomplete();
  const pems = await Promise.all([cert, key, ...(ca === undefined ? [] : [ca])].map(readPem));
  const context = { cert: pems[0], key: pems[1], ca: pems[2], minVersion: "TLSv1.2" as const };
  check(context, cert);
  return { ...context, ...(ca !== undefined && { requestCert: true, rejectUnauthorized: true }) };
}

const readPem = (path: string): Promise<Buffer> =>
  readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const message = `the file can't be read (${cause.code}).`;
    throw new ProblemError({ code: "TLS_FILE_MISSING", where: path, message, remedy }, { cause });
  });

const remedy = "Name PEM files that this process may read: TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE.";

function check(context: SecureContextOptions, where: string): void {
  try {
    createSecureContext(context);
  } catch (cause) {
    const message = `certificate and key don't belong together, or are no PEM (${(cause as Error).message}).`;
    throw new ProblemError({ code: "TLS_FILE_INVALID", where, message, remedy }, { cause });
  }
}

const incomplete = (): ProblemError =>
  new ProblemError({
    code: "TLS_SETTINGS_INCOMPLETE",
    message: "TLS needs a certificate and its key.",
    remedy: "Set both TLS_CERT_FILE and TLS_KEY_FILE.",
  });

/** New connections get what the files say now; those that are open go on, and files that are wrong change nothing. */
export async function followTls(server: SecureServer, files: Files, log: Log): Promise<FileWatch> {
  const paths = [files.TLS_CERT_FILE, files.TLS_KEY_FILE, files.TLS_CLIENT_CA_FILE].filter(
    (path) => path !== undefined,
  );
  const again = async () => {
    try {
      server.setSecureContext((await readTls(files))!);
      log.info("the certificate was read again", { path: files.TLS_CERT_FILE });
    } catch (error) {
      log.error("the certificate can't be read; the old one stays", errorFields(error));
    }
  };
  return watchFiles(paths, () => void again());
}
