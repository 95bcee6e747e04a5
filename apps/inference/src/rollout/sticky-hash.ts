const FNV_PRIME = 0x01000193;
const FNV_START = 0x811c9dc5;

/**
 * Where a key stands among all keys, from 0 up to but not 100. The same in every replica and process, evenly spread, and
 * of one salt unrelated to what it is of another.
 */
export function placeOf(salt: string, key: string): number {
  // The salt is mixed to the end before the key comes, so that two salts do not just move all keys by the same bits.
  const hash = mixed(fnv(mixed(fnv(FNV_START, salt)), key));
  return (100 * hash) / 2 ** 32;
}

function fnv(start: number, text: string): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash;
}

/** The end of MurmurHash3: every bit that came in moves half of those that come out. */
function mixed(bits: number): number {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
