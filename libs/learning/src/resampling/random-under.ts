import { presentClasses, rowsAllowed, rowsOfClass } from "./class-sizes.js";
import { ratioRule, resamplerOf } from "./resample-rules.js";
import { requireClasses } from "./requirements.js";
import { unchanged, withoutRows } from "./resampled-rows.js";

/** Removes rows of the larger classes, drawn without replacement. */
export const randomUnder = resamplerOf("under", { ratio: ratioRule }, (data, parameters, { random }) => {
  requireClasses(data);
  const allowed = rowsAllowed(data, parameters.ratio as number);
  const removed = new Uint8Array(data.x.rows);
  for (const code of presentClasses(data)) {
    const shuffled = random.fork(`under/${code}`).shuffle(rowsOfClass(data.y, code));
    for (const row of shuffled.subarray(allowed[code])) removed[row] = 1;
  }
  return withoutRows(unchanged(data), removed);
});
