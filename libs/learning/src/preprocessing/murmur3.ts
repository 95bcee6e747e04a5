const encoder = new TextEncoder();

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

const scramble = (word: number): number => Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);

/** Austin Appleby's MurmurHash3_x86_32 of a text in UTF-8 with seed 0, as a signed number. */
export function murmur3(text: string): number {
  const bytes = encoder.encode(text);
  const whole = bytes.length & ~3;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let hash = 0;
  for (let at = 0; at < whole; at += 4) {
    hash = rotate(hash ^ scramble(words.getInt32(at, true)), 13);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8) | bytes[at]!;
  return finish(hash ^ scramble(rest) ^ bytes.length);
}

function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
