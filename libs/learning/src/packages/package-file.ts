import { canonicalJson, ProblemError, sha256 } from "@millrace/contracts";
import { arrayAt, byteLengthOf, isArrayKind, kindOf, type ArrayKind } from "./number-arrays.js";
import { putBack, setApart, type Path } from "./set-apart.js";

// 8 bytes of magic · version and length of the header as uint32 · header (JSON) · arrays · SHA-256 over all before it.
// Everything is little-endian, and header and arrays begin at multiples of 8, so that a reader need not copy them.
const MAGIC = "MILLRACE";
export const PACKAGE_FORMAT = 2;
const START = 16;
const DIGEST = 32;

interface Header {
  readonly content: unknown;
  readonly arrays: readonly { readonly at: Path; readonly kind: ArrayKind; readonly length: number }[];
  readonly numbers: readonly { readonly at: Path; readonly is: string }[];
}

const aligned = (offset: number): number => Math.ceil(offset / 8) * 8;

/** JSON with arrays of numbers anywhere in it, as the bytes of a file; the same content gives the same bytes. */
export function encodeFile(content: unknown): Uint8Array {
  const { json, arrays, numbers } = setApart(content);
  const sections = arrays.map(({ at, array }) => ({ at, array, kind: kindOf(array, at.join(".")) }));
  const header = new TextEncoder().encode(
    canonicalJson({
      content: json,
      arrays: sections.map(({ at, array, kind }) => ({ at, kind, length: array.byteLength / byteLengthOf(kind, 1) })),
      numbers,
    } satisfies Header),
  );
  return sealed(
    header,
    sections.map(({ array }) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)),
  );
}

function sealed(header: Uint8Array, sections: readonly Uint8Array[]): Uint8Array {
  const end = sections.reduce((offset, { length }) => offset + aligned(length), aligned(START + header.length));
  const file = new Uint8Array(end + DIGEST);
  file.set(new TextEncoder().encode(MAGIC));
  new DataView(file.buffer).setUint32(8, PACKAGE_FORMAT, true);
  new DataView(file.buffer).setUint32(12, header.length, true);
  file.set(header, START);
  let offset = aligned(START + header.length);
  for (const section of sections) {
    file.set(section, offset);
    offset += aligned(section.length);
  }
  file.set(Buffer.from(digestOf(file), "hex"), end);
  return file;
}

const digestOf = (file: Uint8Array): string => sha256(file.subarray(0, -DIGEST)).slice("sha256:".length);

/** What encodeFile was given. The arrays are views of `bytes` where these lie at a multiple of 8, otherwise of one copy. */
export function decodeFile(bytes: Uint8Array, { verified = false } = {}): unknown {
  refuseForeign(bytes);
  if (bytes.length < START + DIGEST) throw corrupt("it ends too early");
  if (!verified && digestOf(bytes) !== Buffer.from(bytes.subarray(-DIGEST)).toString("hex"))
    throw corrupt("its bytes do not have the digest that it says: some were changed, or are missing");
  const file = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const length = viewOf(file).getUint32(12, true);
  return restored(headerOf(file.subarray(START, START + length)), file, aligned(START + length));
}

function restored({ content, arrays, numbers }: Header, file: Uint8Array, start: number): unknown {
  let offset = start;
  let whole = content;
  for (const { at, kind, length } of arrays) {
    if (!isArrayKind(kind) || offset + byteLengthOf(kind, length) > file.length - DIGEST)
      throw corrupt(`it does not hold the array ${at.join(".")}`);
    whole = putBack(whole, at, arrayAt(kind, file, file.byteOffset + offset, length));
    offset += aligned(byteLengthOf(kind, length));
  }
  for (const { at, is } of numbers) whole = putBack(whole, at, Number(is));
  return whole;
}

function headerOf(json: Uint8Array): Header {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json)) as Header;
  } catch (cause) {
    throw corrupt("its header is not JSON", cause);
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

function refuseForeign(bytes: Uint8Array): void {
  if (bytes[0] === "{".charCodeAt(0)) throw otherFormat("JSON, as packages were in format 1", "Train the model again.");
  const magic = new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC) throw corrupt(bytes.length === 0 ? "it is empty" : `it does not begin with ${MAGIC}`);
  if (bytes.length < START) throw corrupt("it ends too early");
  const format = viewOf(bytes).getUint32(8, true);
  if (format !== PACKAGE_FORMAT)
    throw otherFormat(
      `of format ${format}`,
      format > PACKAGE_FORMAT ? "Upgrade this service." : "Train the model again.",
    );
}

const otherFormat = (what: string, remedy: string): ProblemError =>
  new ProblemError({
    code: "PACKAGE_FORMAT_UNKNOWN",
    message: `this model package is ${what}; format ${PACKAGE_FORMAT} is the one that is read here.`,
    remedy,
  });

const corrupt = (why: string, cause?: unknown): ProblemError =>
  new ProblemError(
    {
      code: "PACKAGE_CORRUPT",
      message: `this is no model package that can be used: ${why}.`,
      remedy: "Fetch the package again, or train the model again.",
    },
    { cause },
  );
