import { ProblemError, type FileFormat } from "@millrace/contracts";

export interface Sniffed {
  readonly format: FileFormat;
  readonly packing: "" | ".gz" | ".zst";
}

const begins = (bytes: Uint8Array, ...start: number[]): boolean => start.every((byte, at) => bytes[at] === byte);

/** What downloaded bytes look like by their beginning; a page for people is refused, whatever the server calls it. */
export function formatOfBytes(bytes: Uint8Array, location: string): Sniffed {
  if (begins(bytes, 0x1f, 0x8b)) return { format: "csv", packing: ".gz" };
  if (begins(bytes, 0x28, 0xb5, 0x2f, 0xfd)) return { format: "csv", packing: ".zst" };
  if (begins(bytes, 0x50, 0x41, 0x52, 0x31)) return { format: "parquet", packing: "" };
  const text = Buffer.from(bytes)
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  if (/^<(!doctype|html|head|body|!--|\?xml)/i.test(text)) throw isPage(location, text);
  return { format: text.startsWith("{") ? "json-lines" : "csv", packing: "" };
}

const isPage = (where: string, text: string): ProblemError =>
  new ProblemError({
    code: "SOURCE_WRONG_KIND",
    where,
    message: `the server sent a page and not data: it begins with ${JSON.stringify(text.slice(0, 40))}.`,
    remedy: "Open the url by hand: often it is a page to log in, or one that only links to the file.",
  });
