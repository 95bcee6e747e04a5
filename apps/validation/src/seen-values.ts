/** Tells whether a value came before, by 64 bits of its hash: 16 bytes a value, however long the texts are. */
export function openSeenValues() {
  let size = 1024;
  let used = 0;
  let keys = new Uint32Array(size * 2);
  const scratch = new DataView(new ArrayBuffer(8));

  function add(high: number, low: number): boolean {
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & (size - 1);
    for (; (keys[slot * 2]! | keys[slot * 2 + 1]!) !== 0; slot = (slot + 1) & (size - 1)) {
      if (keys[slot * 2] === high && keys[slot * 2 + 1] === low) return true;
    }
    keys[slot * 2] = high;
    keys[slot * 2 + 1] = low;
    if (++used * 2 > size) grow();
    return false;
  }
  function grow(): void {
    const old = keys;
    size *= 2;
    used = 0;
    keys = new Uint32Array(size * 2);
    for (let at = 0; at < old.length; at += 2) if ((old[at]! | old[at + 1]!) !== 0) add(old[at]!, old[at + 1]!);
  }
  /** Zero stands for an empty place, so that no hash may be it. */
  const has = (high: number, low: number): boolean => add(mixed(high, low), (mixed(low, ~high) | 1) >>> 0);

  return {
    number(value: number): boolean {
      scratch.setFloat64(0, value + 0);
      return has(scratch.getUint32(0), scratch.getUint32(4));
    },
    text(text: string): boolean {
      let [high, low] = [0x811c9dc5, 0x1000193];
      for (let at = 0; at < text.length; at++) {
        high = Math.imul(high ^ text.charCodeAt(at), 0x01000193);
        low = Math.imul(low ^ text.charCodeAt(at), 0x85ebca6b) ^ (low >>> 13);
      }
      return has(high, low);
    },
  };
}

export type SeenValues = ReturnType<typeof openSeenValues>;

function mixed(one: number, other: number): number {
  let hash = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ other;
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) ^ Math.imul(one, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 13), 0x9e3779b1);
  return (hash ^ (hash >>> 16)) >>> 0;
}
