import { createReadStream, createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { kindOf, refuseOtherKind, startOf } from "./file-kind.js";
import { sourceProblem } from "./source-problem.js";
import { newFile, type UnpackOptions } from "./unpacked-file.js";
import { unpackZstd } from "./unpack-zstd.js";

/** The path of a plain file in UTF-8: the file itself where it is one, else what was made of it. */
export async function unpack(path: string, { connection, folder, encoding = "utf-8" }: UnpackOptions): Promise<string> {
  const packed = path.toLowerCase().endsWith(".gz") ? "gzip" : path.toLowerCase().endsWith(".zst") ? "zstd" : undefined;
  refuseOtherKind(path, kindOf(await startOf(path)), packed);
  if (packed === "zstd") return unpackZstd(path, { connection, folder, encoding });
  if (packed === undefined && encoding === "utf-8") return path;
  const unpacked = newFile(folder);
  const through = [...(packed ? [createGunzip()] : []), ...(encoding === "utf-8" ? [] : [transcoder(encoding)])];
  try {
    await pipeline([createReadStream(path, { highWaterMark: 1 << 18 }), ...through, createWriteStream(unpacked)]);
  } catch (cause) {
    throw unreadable(path, cause as NodeJS.ErrnoException, encoding);
  }
  return unpacked;
}

function unreadable(path: string, cause: NodeJS.ErrnoException, encoding: string) {
  if (cause.code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
    return sourceProblem("SOURCE_UNREADABLE", path, `is not ${encoding}.`, "Set csv.encoding to what it is.", cause);
  }
  const cut =
    cause.code === "Z_BUF_ERROR" ? "ends in the middle: it was cut off" : `cannot be unpacked (${cause.message})`;
  return sourceProblem("SOURCE_UNREADABLE", path, `${cut}.`, "Write the file again, or copy it again.", cause);
}

/** Text of another encoding as UTF-8, piece by piece. */
function transcoder(encoding: "utf-16" | "latin-1" | "windows-1252"): Transform {
  let decode: ((piece: Buffer, last: boolean) => string) | undefined;
  const push = (transform: Transform, piece: Buffer, last: boolean) => {
    decode ??= decoderOf(encoding, piece);
    const text = decode(piece, last);
    if (text !== "") transform.push(Buffer.from(text, "utf8"));
  };
  const guarded = (done: (error?: Error) => void, work: () => void) => {
    try {
      work();
      done();
    } catch (error) {
      done(error as Error);
    }
  };
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      guarded(done, () => push(this, piece, false));
    },
    flush(done) {
      guarded(done, () => push(this, Buffer.alloc(0), true));
    },
  });
}

function decoderOf(encoding: "utf-16" | "latin-1" | "windows-1252", start: Buffer) {
  if (encoding === "latin-1") return (piece: Buffer) => piece.toString("latin1");
  const isBigEndian = start[0] === 0xfe && start[1] === 0xff;
  const label = encoding === "utf-16" ? (isBigEndian ? "utf-16be" : "utf-16le") : encoding;
  const decoder = new TextDecoder(label, { fatal: true });
  return (piece: Buffer, last: boolean) => decoder.decode(piece, { stream: !last });
}
