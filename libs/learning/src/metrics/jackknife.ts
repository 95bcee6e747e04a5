import { groupsOf, type Resampling } from "./bootstrap.js";
import { weightsOf, type Measure } from "./measure.js";

/** Up to this many rows each is left out by itself; of more, blocks of them, which estimates the same. */
const BLOCKS = 500;

/**
 * How the spread of a measure changes with its value: BCa's acceleration (Efron 1987), from the measure without each row
 * (or block of rows) in turn, stratum by stratum. 0 where nothing changes it.
 */
export function acceleration(measure: Measure, resampling: Resampling): number {
  const weights = weightsOf(resampling.weights, resampling.rows).slice();
  const groups = groupsOf(resampling);
  let [cubes, squares] = [0, 0];
  for (const group of groups) {
    const share = Math.max(2, Math.ceil((BLOCKS * group.length) / resampling.rows));
    const values = leaveOut(measure, weights, blocksOf(group, Math.min(share, group.length), resampling));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const value of values) {
      const influence = ((values.length - 1) * (mean - value)) / values.length;
      cubes += influence ** 3;
      squares += influence ** 2;
    }
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

/** The rows dealt to blocks in turn, shuffled first so that an order in the rows does not show. */
function blocksOf(group: Uint32Array, blocks: number, { random }: Resampling): Uint32Array[] {
  const rows = blocks === group.length ? group : random.fork("blocks").shuffle(group.slice());
  const sizeOf = (block: number) => Math.ceil((rows.length - block) / blocks);
  return Array.from({ length: blocks }, (_, block) =>
    Uint32Array.from({ length: sizeOf(block) }, (_, turn) => rows[block + turn * blocks]!),
  );
}

function leaveOut(measure: Measure, weights: Float64Array, blocks: readonly Uint32Array[]): number[] {
  return blocks.flatMap((block) => {
    const kept = Float64Array.from(block, (row) => weights[row]!);
    for (const row of block) weights[row] = 0;
    const value = measure(weights);
    block.forEach((row, index) => (weights[row] = kept[index]!));
    return value === undefined ? [] : [value];
  });
}
