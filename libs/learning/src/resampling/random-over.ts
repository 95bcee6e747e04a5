import { rowOf } from "../data/matrix.js";
import { rowsLacking, rowsOfClass } from "./class-sizes.js";
import { ratioRule, resamplerOf } from "./resample-rules.js";
import { requireClasses } from "./requirements.js";
import { requireRoom, withMade, type RowsToMake } from "./resampled-rows.js";
import type { ResampleData } from "./resampler.js";
import type { Random } from "../data/random.js";

/** Repeats rows of the smaller classes, drawn with replacement. */
export const randomOver = resamplerOf("over", { ratio: ratioRule }, (data, parameters, { random }) => {
  requireClasses(data);
  const lacking = rowsLacking(data, parameters.ratio as number);
  requireRoom(
    data,
    lacking.reduce((sum, count) => sum + count, 0),
  );
  const codes = Array.from(lacking.keys()).filter((code) => lacking[code]! > 0);
  return withMade(
    data,
    codes.map((code) => repeated(data, code, lacking[code]!, random.fork(`over/${code}`))),
  );
});

function repeated({ x, y, weights: given }: ResampleData, code: number, count: number, random: Random): RowsToMake {
  const members = rowsOfClass(y, code);
  const drawn = Int32Array.from({ length: count }, () => members[random.integer(members.length)]!);
  return {
    code,
    count,
    write(values, weights) {
      drawn.forEach((row, made) => {
        values.set(rowOf(x, row), made * x.columns);
        if (weights) weights[made] = given![row]!;
      });
    },
  };
}
