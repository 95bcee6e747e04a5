export interface RecentAnswer {
  readonly model: string;
  readonly version: number;
  readonly prediction: string;
}

export interface RecentAnswers {
  /** A few stores into arrays: this is on the path of every prediction. */
  note(id: string, model: string, version: number | undefined, prediction: string | undefined): void;
  find(id: string): RecentAnswer | undefined;
}

const KEPT = 32_768;
const LANES = 4;
const marks = new Int32Array(LANES);

/**
 * What was answered last, so that a label that comes soon can be held against its answer without reading the log. Of an id
 * only 128 bits are kept: texts that outlive their request cost the collector of garbage more than the rest of the log.
 */
export function openRecentAnswers(kept = KEPT): RecentAnswers {
  const ids = new Int32Array(kept * LANES);
  const models: string[] = new Array<string>(kept).fill("");
  const predictions: string[] = new Array<string>(kept).fill("");
  const versions = new Int32Array(kept);
  /** By the last bits of an id the count of answers up to the latest that has them, and of each answer that of the one before. */
  const chains = new Float64Array(2 ** Math.ceil(Math.log2(kept)));
  const before = new Float64Array(kept);
  let noted = 0;

  const isAt = (place: number) => marks.every((mark, lane) => ids[place * LANES + lane] === mark);

  return {
    note(id, model, version, prediction) {
      if (version === undefined || prediction === undefined) return;
      const place = noted % kept;
      markOf(id);
      ids.set(marks, place * LANES);
      models[place] = model;
      predictions[place] = prediction;
      versions[place] = version;
      const chain = marks[0]! & (chains.length - 1);
      before[place] = chains[chain]!;
      chains[chain] = ++noted;
    },
    find(id) {
      markOf(id);
      for (let count = chains[marks[0]! & (chains.length - 1)]!; count > noted - kept && count > 0;) {
        const place = (count - 1) % kept;
        if (isAt(place)) return { model: models[place]!, version: versions[place]!, prediction: predictions[place]! };
        count = before[place]!;
      }
      return undefined;
    },
  };
}

/** Each lane takes every fourth sign: of a UUID none is lost but what overflows of nine times four bits. */
function markOf(id: string): void {
  let [a, b, c, d] = [id.length, 1, 2, 3];
  for (let at = 0; at + 3 < id.length; at += LANES) {
    a = Math.imul(a, 31) + id.charCodeAt(at);
    b = Math.imul(b, 31) + id.charCodeAt(at + 1);
    c = Math.imul(c, 31) + id.charCodeAt(at + 2);
    d = Math.imul(d, 31) + id.charCodeAt(at + 3);
  }
  for (let at = id.length & ~3; at < id.length; at++) a = Math.imul(a, 31) + id.charCodeAt(at);
  marks[0] = mixed(a);
  marks[1] = b;
  marks[2] = c;
  marks[3] = d;
}

/** The chain is chosen by the last bits. */
const mixed = (bits: number): number => {
  const hash = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
};
