import { ASKS_CATEGORY, MISSING_LEFT, type TreeEnsemble } from "./tree-ensemble.js";
import { slotThreshold, type ScoreSlots } from "./score-slots.js";

/** The nodes as the kernel wants them: see assembly/scoring.ts. */
export interface NodePlaces {
  readonly nodes: number;
  readonly leafRows: number;
  readonly sets: number;
}

export const WIDE = 1;
export const CATEGORIES = 2;
export const SET_BYTES = 32;
const NARROW_NODES = 2 ** 24;
const NARROW_SLOTS = 256;
/** With categories a bit of the slot says so. */
const NARROW_SLOTS_WITH_CATEGORIES = 128;

export function kindOf({ flags, feature }: TreeEnsemble, slots: ScoreSlots): number {
  const categories = flags.some((flag) => (flag & ASKS_CATEGORY) !== 0);
  const most = categories ? NARROW_SLOTS_WITH_CATEGORIES : NARROW_SLOTS;
  const narrow = feature.length <= NARROW_NODES && slots.columns.length <= most;
  return (narrow ? 0 : WIDE) | (categories ? CATEGORIES : 0);
}

export const nodeBytes = (kind: number): number => ((kind & WIDE) === 0 ? 8 : 16);

export const countCategoryNodes = ({ flags, feature }: TreeEnsemble): number =>
  flags.reduce((count, flag, node) => count + (feature[node]! >= 0 && (flag & ASKS_CATEGORY) !== 0 ? 1 : 0), 0);

export function writeNodes(
  trees: TreeEnsemble,
  slots: ScoreSlots,
  kind: number,
  buffer: ArrayBufferLike,
  places: NodePlaces,
) {
  const count = trees.feature.length;
  const words = new Uint32Array(buffer, places.nodes, (count * nodeBytes(kind)) / 4);
  const leafRows = new Uint32Array(buffer, places.leafRows, count);
  const writeQuestion = questionWriter(trees, buffer, places);
  const write = (kind & WIDE) === 0 ? narrowWriter(slots, words) : wideWriter(slots, words);
  for (let node = 0; node < count; node++) {
    const isLeaf = trees.feature[node]! < 0;
    leafRows[node] = isLeaf ? trees.left[node]! : 0;
    const asksCategory = !isLeaf && (trees.flags[node]! & ASKS_CATEGORY) !== 0;
    write(node, isLeaf ? node : trees.left[node]!, asksCategory ? 1 : 0, isLeaf ? FOREVER : writeQuestion(node));
  }
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);
/** No value is greater than NaN, so a leaf leads to itself. */
const FOREVER = bitsOf(NaN);

function bitsOf(value: number): number {
  float[0] = value;
  return bits[0]!;
}

type WriteNode = (node: number, left: number, asksCategory: number, question: number) => void;

const narrowWriter =
  ({ slots }: ScoreSlots, words: Uint32Array): WriteNode =>
  (node, left, asksCategory, question) => {
    words[node * 2] = question;
    words[node * 2 + 1] = (asksCategory << 31) | (slots[node]! << 24) | left;
  };

const wideWriter =
  ({ slots }: ScoreSlots, words: Uint32Array): WriteNode =>
  (node, left, asksCategory, question) =>
    words.set([question, left, slots[node]!, asksCategory], node * 4);

/** A threshold's bits, or the address of a set of its own whose last bit says where missing values go. */
function questionWriter(trees: TreeEnsemble, buffer: ArrayBufferLike, { sets }: NodePlaces) {
  let next = sets;
  return (node: number): number => {
    if ((trees.flags[node]! & ASKS_CATEGORY) === 0) return bitsOf(slotThreshold(trees, node));
    const from = trees.threshold[node]! * 8;
    const set = new Uint32Array(buffer, next, SET_BYTES / 4);
    set.set(trees.sets.subarray(from, from + 8));
    set[7] = (set[7]! & 0x7fffffff) | ((trees.flags[node]! & MISSING_LEFT) === 0 ? 0 : 0x80000000);
    next += SET_BYTES;
    return next - SET_BYTES;
  };
}
