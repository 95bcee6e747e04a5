import type { IncomingHttpHeaders } from "node:http";

/** What stands before the body of a request. */
export interface Head {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Where the body begins and how long it is. */
  readonly bodyAt: number;
  readonly bodyBytes: number;
}

const LONGEST_HEAD = 4096;
const P = 0x50;
const END = Buffer.from("\r\n\r\n");
/** Nothing before a name or within a value that could be read in two ways. */
const plain = /^POST (\/[!-~]*) HTTP\/1\.1\r\n(?:[\w-]+:[\t -~]*\r\n)+$/;
const length = /^\d{1,7}$/;
/** Whoever sends one of these wants something that only node's own server knows. */
const special = ["transfer-encoding", "content-encoding", "expect", "upgrade", "trailer"];

/**
 * The head of a plain POST, as nearly every client sends it. Undefined for anything else, also for what only looks unusual
 * or is not all there: then node's own parser says what it is.
 */
export function plainHead(bytes: Buffer): Head | undefined {
  if (bytes[0] !== P) return undefined;
  const end = bytes.indexOf(END);
  if (end < 0 || end > LONGEST_HEAD) return undefined;
  const text = bytes.toString("latin1", 0, end + 2);
  const line = plain.exec(text);
  if (line === null) return undefined;
  const headers = headersIn(text, text.indexOf("\n") + 1);
  if (headers?.host === undefined || !length.test(headers["content-length"] ?? "") || isSpecial(headers))
    return undefined;
  return { url: line[1]!, headers, bodyAt: end + END.length, bodyBytes: Number(headers["content-length"]) };
}

/** Undefined where a name comes twice: node has a rule for each of them. */
function headersIn(text: string, from: number): IncomingHttpHeaders | undefined {
  const headers: IncomingHttpHeaders = {};
  for (let at = from; at < text.length;) {
    const [colon, end] = [text.indexOf(":", at), text.indexOf("\r", at)];
    const name = text.slice(at, colon).toLowerCase();
    if (headers[name] !== undefined) return undefined;
    headers[name] = text.slice(colon + 1, end).trim();
    at = end + 2;
  }
  return headers;
}

function isSpecial(headers: IncomingHttpHeaders): boolean {
  for (const name of special) if (Object.hasOwn(headers, name)) return true;
  const { connection } = headers;
  return connection !== undefined && connection.toLowerCase() !== "keep-alive";
}
