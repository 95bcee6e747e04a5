import { open, rename } from "node:fs/promises";
import type { IncomingMessage, RequestOptions } from "node:http";
import { basename, join } from "node:path";
import { ProblemError, Retry, type Digest, type FileFormat } from "@millrace/contracts";
import { digestOfFile } from "./file-digest.js";
import { guardedLookup, refuseUnlisted } from "./http-hosts.js";
import { counted, everySecond, type Means } from "./means.js";
import { formatOfBytes, type Sniffed } from "./sniff.js";
import { allowanceOf, spoolTo } from "./spool-bytes.js";

export interface FetchedFile {
  /** Without user, password and query, which may hold secrets. */
  readonly location: string;
  readonly path: string;
  readonly digest: Digest;
}

const HOPS = 5;
const ATTEMPTS = 4;
const SILENCE_MS = 30_000;

/** Downloads a file to the run's folder. A download that breaks goes on where it was, if the server can do that. */
export async function fetchHttp(text: string, format: FileFormat | undefined, means: Means): Promise<FetchedFile> {
  const url = urlOf(text);
  const location = `${url.origin}${url.pathname}`;
  const path = join(means.workFolder, "download");
  await download(url, { path, location, means });
  const sniffed = formatOfBytes(await headOf(path), location);
  const named = `${path}${extensionOf(url, sniffed, format)}`;
  await rename(path, named);
  return { location, path: named, digest: await digestOfFile(named, location) };
}

interface Download {
  readonly path: string;
  readonly location: string;
  readonly means: Means;
}

async function download(url: URL, { path, location, means }: Download): Promise<void> {
  const allowance = allowanceOf(means.settings.MILLRACE_SOURCE_LIMIT_MB);
  const tell = everySecond(means.context, (bytes) => `${counted(Math.round(bytes / 1e6))} MB downloaded`);
  let size = 0;
  let tag: string | undefined;
  for (let attempt = 1; ; attempt++) {
    const reply = await follow(url, { location, means, resume: tag && size > 0 ? { tag, size } : undefined });
    const from = reply.statusCode === 206 ? size : 0;
    tag = tagOf(reply);
    size = from;
    const take = (bytes: number) => {
      allowance.take(bytes, location);
      tell((size += bytes));
    };
    try {
      await spoolTo(path, reply, { from, take });
      return;
    } catch (error) {
      reply.destroy();
      means.context.signal.throwIfAborted();
      if (error instanceof ProblemError) throw error;
      if (attempt === ATTEMPTS) throw away(location, error);
    }
  }
}

/** Only a strong tag says that the bytes are the same. */
const tagOf = ({ headers }: IncomingMessage): string | undefined =>
  headers.etag !== undefined && !headers.etag.startsWith("W/") ? headers.etag : undefined;

interface Request {
  readonly location: string;
  readonly means: Means;
  readonly resume: { tag: string; size: number } | undefined;
}

/** The answer after at most five redirects, each of which is checked like the first url. */
async function follow(first: URL, request: Request): Promise<IncomingMessage> {
  let url = first;
  for (let hop = 0; hop <= HOPS; hop++) {
    refuseUnlisted(url, request.means.settings.MILLRACE_HTTP_SOURCES);
    const reply = await ask(url, request);
    const status = reply.statusCode ?? 0;
    if (status === 200 || (status === 206 && request.resume)) return reply;
    reply.destroy();
    if (status < 300 || status > 399 || reply.headers.location === undefined) throw refusal(request.location, status);
    url = urlOf(reply.headers.location, url);
  }
  throw problem(
    "SOURCE_UNREADABLE",
    request.location,
    `the server redirects more than ${HOPS} times.`,
    "Name the last url.",
  );
}

async function ask(url: URL, { location, means, resume }: Request): Promise<IncomingMessage> {
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const options: RequestOptions = {
    signal: means.context.signal,
    lookup: guardedLookup(means.settings.MILLRACE_HTTP_SOURCES) as RequestOptions["lookup"],
    headers: {
      accept: "text/csv, application/x-ndjson, application/vnd.apache.parquet, */*;q=0.5",
      "accept-encoding": "identity",
      ...(resume && { range: `bytes=${resume.size}-`, "if-range": resume.tag }),
    },
  };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(url, options, resolve);
    asked.setTimeout(SILENCE_MS, () => asked.destroy(new Error(`the server said nothing for ${SILENCE_MS / 1000} s`)));
    asked.on("error", (error) => reject(failureOf(error, location, means)));
    asked.end();
  });
}

function failureOf(error: Error, location: string, { context }: Means): unknown {
  if (context.signal.aborted) return context.signal.reason;
  return error instanceof ProblemError ? error : away(location, error);
}

function refusal(location: string, status: number): ProblemError {
  const said = `the server answers ${status}.`;
  if (status === 401 || status === 403)
    return problem("SOURCE_ACCESS_DENIED", location, said, "Check the user, the password or the token in the url.");
  if (status === 404 || status === 410) return problem("SOURCE_NOT_FOUND", location, said, "Correct the url.");
  if (status === 408 || status === 425 || status === 429 || status >= 500) return away(location, new Error(said));
  return problem("SOURCE_UNREADABLE", location, said, "Open the url by hand to see what it wants.");
}

function urlOf(text: string, base?: URL): URL {
  if (URL.canParse(text, base?.href)) return new URL(text, base);
  throw problem("SOURCE_UNREADABLE", "source.url", "this is no url.", "Write http:// or https:// and a host.");
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What the pipeline says, else what the name says, else what the bytes look like; packed is what begins as packed bytes do. */
function extensionOf(url: URL, { packing, format: sniffed }: Sniffed, said: FileFormat | undefined): string {
  const named = /\.(csv|tsv|jsonl|ndjson|parquet)(\.gz|\.zst)?$/i.exec(basename(url.pathname))?.[1]?.toLowerCase();
  const known = { csv: "csv", "json-lines": "jsonl", parquet: "parquet" } as const;
  return `.${said ? known[said] : (named ?? known[sniffed])}${packing}`;
}

const problem = (code: string, where: string, message: string, remedy: string): ProblemError =>
  new ProblemError({ code, where, message, remedy });

const away = (where: string, cause: unknown): Retry =>
  new Retry(
    {
      code: "SOURCE_UNAVAILABLE",
      where,
      message: `${wordsOf(cause).replace(/[.\s]+$/, "")}.`,
      remedy: "It is tried again; see that the server runs and can be reached from here.",
    },
    { cause },
  );

/** Of a name with several addresses each attempt has its own words. */
const wordsOf = (thrown: unknown): string =>
  thrown instanceof AggregateError
    ? thrown.errors.map((one) => (one as Error).message).join("; ")
    : (thrown as Error).message || String((thrown as NodeJS.ErrnoException).code);
