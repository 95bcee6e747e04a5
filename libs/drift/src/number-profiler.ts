import { cellsOfSorted, compressCells, type Cell } from "./cells.js";
import { countDifferent, openDifferentValues, type DifferentValues } from "./different-values.js";
import { hashWords } from "./hash.js";
import { moments, mergeMoments, noMoments, type Moments } from "./moments.js";
import { openNumberTree, wordsOf, type NumberTree } from "./number-tree.js";
import type { NumberProfile } from "./profile.js";

/** Up to so many values the distribution is kept exactly before it is put into cells. */
const exactValues = 4096;

export function openNumberProfiler(name: string) {
  let known: Moments = noMoments;
  const different = openDifferentValues();
  const first = new Float64Array(exactValues);
  let tree: NumberTree | undefined;

  function add(values: Float64Array): void {
    const before = known.rows;
    known = mergeMoments(known, moments(values));
    addDifferent(different, values);
    if (tree === undefined && known.rows <= exactValues) return first.set(values, before);
    if (tree === undefined) (tree = openNumberTree()).add(first.subarray(0, before));
    tree.add(values);
  }

  function cells(): Cell[] {
    if (tree !== undefined) return compressCells(tidied([...tree.cells(), ...zeroCell(known)], known));
    return compressCells(cellsOfSorted(first.slice(0, known.rows).filter(Number.isFinite).sort()));
  }

  function profile(): NumberProfile {
    const { rows, missing, infinite, zeros, whole, finite, min, max, mean, squares } = known;
    const values = different.sketch();
    const common = { kind: "number" as const, name, rows, missing, distinct: countDifferent(values, rows - missing) };
    const measured = finite > 0 ? { min, max, mean, squares } : {};
    return { ...common, infinite, zeros, whole, ...measured, sketch: { cells: cells(), different: values } };
  }
  return { kind: "number" as const, add, profile };
}

const zeroCell = ({ zeros }: Moments): Cell[] => (zeros > 0 ? [[0, 0, zeros]] : []);

/** No cell reaches beyond the values that there are; where all are whole, none beyond the whole numbers in it. */
function tidied(cells: Cell[], { min, max, whole, finite }: Moments): Cell[] {
  const onlyWhole = whole === finite && Math.max(-min, max) < 2 ** 52;
  return cells
    .map(([low, high, count]): Cell => {
      const [from, to] = onlyWhole && low < high ? [Math.ceil(low), Math.ceil(high) - 1] : [low, high];
      return [Math.max(min, from), Math.min(max, to), count];
    })
    .sort((one, other) => one[0] - other[0] || one[1] - other[1]);
}

function addDifferent(different: DifferentValues, values: Float64Array): void {
  const words = wordsOf(values);
  let bound = different.bound();
  for (let at = 1; at < words.length; at += 2) {
    const high = words[at]!;
    const low = words[at - 1]!;
    // −0 is 0, and no number but NaN is above the infinite one.
    if (high === -0x80000000 && low === 0) different.add(hashWords(0, 0), 1);
    else if ((high & 0x7fffffff) <= 0x7ff00000 && !((high & 0x7fffffff) === 0x7ff00000 && low !== 0)) {
      const hash = hashWords(high, low);
      if (hash >= bound) continue;
      different.add(hash, 1);
      bound = different.bound();
    }
  }
}
