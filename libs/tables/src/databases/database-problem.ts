import { ProblemError, Retry } from "@millrace/contracts";
import { describeDatabase, withoutSecrets } from "./describe-database.js";

/** Makes the errors of one database: each says which one, and none says its password. */
export interface Problems {
  denied(cause: Error): ProblemError;
  notFound(message: string, cause?: Error): ProblemError;
  /** `place` is where in the query: its line and column. */
  invalidQuery(message: string, cause?: Error, place?: string): ProblemError;
  schemaChanged(message: string, cause?: Error): ProblemError;
  empty(): ProblemError;
  unknownColumn(column: string, known: readonly string[]): ProblemError;
  duplicateColumn(column: string): ProblemError;
  mixedWatermark(column: string): ProblemError;
  unreadable(cause: Error): ProblemError;
  /** The server's certificate comes from nobody who is trusted, or its time is over. */
  untrusted(cause: Error): ProblemError;
  otherHost(cause: Error): ProblemError;
  withoutTls(cause: Error): ProblemError;
  wantsTls(cause: Error): ProblemError;
  wantsCertificate(cause: Error): ProblemError;
  certificateFile(message: string): ProblemError;
  /** The server is away, for now. */
  outage(cause: Error): Retry;
}

type Words = readonly [code: string, message: string, remedy: string];

export function problemsOf(url: string): Problems {
  const where = describeDatabase(url);
  const clean = (text: string) => withoutSecrets(text, url);
  // The driver's own error may hold the url, so what is kept of it is its message.
  const kept = (cause: Error | undefined) => (cause ? { cause: new Error(clean(wordsOf(cause))) } : undefined);
  const problem = ([code, message, remedy]: Words, cause?: Error, place?: string) =>
    new ProblemError(
      { code, where: place ? `${where}, ${place}` : where, message: clean(message), remedy },
      kept(cause),
    );
  return {
    denied: (cause) => problem(denied(sentence(wordsOf(cause))), cause),
    notFound: (message, cause) => problem(notFound(message), cause),
    invalidQuery: (message, cause, place) => problem(invalidQuery(message), cause, place),
    schemaChanged: (message, cause) => problem(schemaChanged(message), cause),
    empty: () => problem(empty),
    unknownColumn: (column, known) => problem(unknownColumn(column, known)),
    duplicateColumn: (column) => problem(duplicateColumn(column)),
    mixedWatermark: (column) => problem(mixedWatermark(column)),
    unreadable: (cause) => problem(unreadable(sentence(wordsOf(cause))), cause),
    untrusted: (cause) => problem(untrusted(sentence(wordsOf(cause))), cause),
    otherHost: (cause) => problem(otherHost(sentence(wordsOf(cause))), cause),
    withoutTls: (cause) => problem(withoutTls, cause),
    wantsTls: (cause) => problem(wantsTls(sentence(wordsOf(cause))), cause),
    wantsCertificate: (cause) => problem(wantsCertificate(sentence(wordsOf(cause))), cause),
    certificateFile: (message) => problem(certificateFile(sentence(message))),
    outage: (cause) =>
      new Retry(
        { code: "SOURCE_UNAVAILABLE", where, message: clean(sentence(wordsOf(cause))), remedy: again },
        kept(cause),
      ),
  };
}

/** A driver's words, also where it hides several errors in one (both addresses of localhost). */
export function wordsOf(error: Error): string {
  const several = error instanceof AggregateError ? error.errors.map((one) => (one as Error).message) : [];
  return error.message || several.join("; ") || (error as NodeJS.ErrnoException).code || error.name;
}

/** Ends in one full stop. */
export const sentence = (text: string): string => `${text.trim().replace(/[.\s]+$/, "")}.`;

const again = "It is tried again; see that the server runs and can be reached from here.";

const denied = (message: string): Words => [
  "SOURCE_ACCESS_DENIED",
  message,
  "Check the user and the password in the url, what the user may read, and whether it has to come by TLS.",
];
const untrusted = (message: string): Words => [
  "SOURCE_CERTIFICATE_UNTRUSTED",
  `the server's certificate is not trusted: ${message}`,
  "Name the file of the authority that signed it (sslrootcert, ssl-ca or tlsCAFile in the url), or renew the certificate.",
];
const otherHost = (message: string): Words => [
  "SOURCE_CERTIFICATE_OTHER_HOST",
  `the server's certificate is for another host: ${message}`,
  "Write the host in the url as the certificate has it, or have a certificate made for this one.",
];
const withoutTls: Words = [
  "SOURCE_TLS_UNAVAILABLE",
  "the server speaks no TLS, which the url asks for.",
  "Turn TLS on at the server; where the network can be trusted, leave the setting out of the url.",
];
const wantsTls = (message: string): Words => [
  "SOURCE_TLS_REQUIRED",
  `the server refuses connections without TLS: ${message}`,
  "Add sslmode=verify-full to the url, and sslrootcert=FILE where its authority is your own.",
];
const wantsCertificate = (message: string): Words => [
  "SOURCE_ACCESS_DENIED",
  `the server wants a certificate of its client, and one that it trusts: ${message}`,
  "Name its file and that of its key in the url: sslcert and sslkey, ssl-cert and ssl-key, or tlsCertificateKeyFile.",
];
const certificateFile = (message: string): Words => [
  "SOURCE_CERTIFICATE_UNREADABLE",
  message,
  "Name PEM files that the service may read, and a key that belongs to its certificate.",
];
const notFound = (message: string): Words => [
  "SOURCE_NOT_FOUND",
  message,
  "Check the name in pipeline.yaml or the url.",
];
const invalidQuery = (message: string): Words => [
  "SOURCE_QUERY_INVALID",
  message,
  "Correct the source in pipeline.yaml; try it in a client of the database first.",
];
const schemaChanged = (message: string): Words => [
  "SOURCE_SCHEMA_CHANGED",
  message,
  "Nothing of it was kept. Start the run again when the change is done.",
];
const empty: Words = [
  "SOURCE_EMPTY",
  "there are no rows.",
  "Check the query or the filter, and that the database has been filled.",
];
const unknownColumn = (column: string, known: readonly string[]): Words => [
  "SOURCE_COLUMN_UNKNOWN",
  `there is no column ${column}; there are ${known.slice(0, 30).join(", ")}${known.length > 30 ? ", …" : ""}.`,
  "Name one of these as the watermark, or add the column to the query.",
];
const duplicateColumn = (column: string): Words => [
  "SOURCE_DUPLICATE_COLUMN",
  `there are two columns ${column}.`,
  "Give one of them another name in the query (AS …), or leave it out.",
];
const mixedWatermark = (column: string): Words => [
  "SOURCE_WATERMARK_MIXED",
  `the watermark ${column} has values of different types, which have no common order.`,
  "Choose a watermark with values of one type, or read all rows.",
];
const unreadable = (message: string): Words => [
  "SOURCE_UNREADABLE",
  message,
  "Check that it is a database file of this kind, and whole.",
];
