import { byteWriter, type ByteWriter } from "./byte-writer.js";

export const BLOCK_BYTES = 256 * 1024;
export const HEADER_BYTES = 16;
const MAGIC = 0x31424c4d;

/** Rows that go to disk in one write, and are whole there or not at all: a header with their length and checksum, then they. */
export interface Block {
  readonly to: ByteWriter;
  rows: number;
  /** Tells one filling of a block from the next. */
  serial: number;
  series: number;
}

let serials = 0;

export const newBlock = (): Block =>
  clearBlock({ to: byteWriter(Buffer.allocUnsafeSlow(BLOCK_BYTES)), rows: 0, serial: 0, series: 0 });

export function clearBlock(block: Block): Block {
  block.to.at = HEADER_BYTES;
  block.rows = 0;
  block.serial = ++serials;
  block.series = 0;
  return block;
}

/** The bytes of a filled block, ready for the disk. */
export function sealedBytes({ to, rows }: Block): Buffer {
  const payload = to.bytes.subarray(HEADER_BYTES, to.at);
  [MAGIC, payload.length, checksumOf(payload), rows].forEach((value, place) =>
    to.view.setUint32(place * 4, value, true),
  );
  return to.bytes.subarray(0, to.at);
}

/** The payloads of a segment's whole blocks, up to the first that is not: what a killed process left in the middle of a write. */
export function* payloadsIn(segment: Buffer): Generator<Buffer> {
  for (let at = 0; at + HEADER_BYTES <= segment.length;) {
    const [magic, length, checksum] = [0, 4, 8].map((place) => segment.readUInt32LE(at + place));
    const payload = segment.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length!);
    if (magic !== MAGIC || payload.length !== length || checksumOf(payload) !== checksum) return;
    yield payload;
    at += HEADER_BYTES + payload.length;
  }
}

/** Tells whole bytes from torn ones; it keeps nobody from forging them. */
function checksumOf(bytes: Buffer): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = bytes.length - (bytes.length % 4);
  let sum = bytes.length;
  for (let at = 0; at < words; at += 4) sum = mix(sum, view.getInt32(at, true));
  for (let at = words; at < bytes.length; at++) sum = mix(sum, bytes[at]!);
  return sum >>> 0;
}

const mix = (sum: number, word: number): number => {
  const next = Math.imul(sum ^ word, 0x01000193);
  return next ^ (next >>> 15);
};
