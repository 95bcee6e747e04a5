import { canonicalJson, onnxSchema, ProblemError, sha256, type OnnxSchema } from "@millrace/contracts";

// 8 bytes of magic · length of the schema as uint32, little-endian · schema (JSON) · the ONNX file · SHA-256 over all before it.
const MAGIC = "MILLONNX";
const START = 12;
const DIGEST = 32;

export const ONNX_PACKAGE_TYPE = "application/vnd.millrace.onnx";

export interface OnnxPackage {
  readonly schema: OnnxSchema;
  /** The file as whoever made the model wrote it. */
  readonly onnx: Uint8Array;
}

/** A model made elsewhere and what is known of it, as one file; the same content gives the same bytes. */
export function packOnnx({ schema, onnx }: OnnxPackage): Uint8Array {
  const header = new TextEncoder().encode(canonicalJson(schema));
  const file = new Uint8Array(START + header.length + onnx.length + DIGEST);
  file.set(new TextEncoder().encode(MAGIC));
  new DataView(file.buffer).setUint32(8, header.length, true);
  file.set(header, START);
  file.set(onnx, START + header.length);
  file.set(digestOf(file), file.length - DIGEST);
  return file;
}

const digestOf = (file: Uint8Array): Uint8Array =>
  Buffer.from(sha256(file.subarray(0, -DIGEST)).slice("sha256:".length), "hex");

export const isOnnxPackage = (bytes: Uint8Array): boolean =>
  new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length)) === MAGIC;

export function unpackOnnx(bytes: Uint8Array): OnnxPackage {
  if (bytes.length < START + DIGEST) throw corrupt("it ends too early");
  if (!Buffer.from(digestOf(bytes)).equals(bytes.subarray(-DIGEST)))
    throw corrupt("its bytes do not have the digest that it says: some were changed, or are missing");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (START + length + DIGEST > bytes.length) throw corrupt("it does not hold its schema");
  return { schema: schemaOf(bytes.subarray(START, START + length)), onnx: bytes.subarray(START + length, -DIGEST) };
}

function schemaOf(json: Uint8Array): OnnxSchema {
  try {
    return onnxSchema.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json)));
  } catch (cause) {
    throw corrupt("its schema can't be read", cause);
  }
}

const corrupt = (why: string, cause?: unknown): ProblemError =>
  new ProblemError(
    {
      code: "PACKAGE_CORRUPT",
      message: `this is no ONNX package that can be used: ${why}.`,
      remedy: "Fetch the package again, or import the model again.",
    },
    { cause },
  );
