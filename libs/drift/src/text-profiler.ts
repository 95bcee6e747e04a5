import { countDifferent, openDifferentValues } from "./different-values.js";
import { openFrequent } from "./frequent.js";
import { hashText } from "./hash.js";
import type { TextProfile } from "./profile.js";
import { shapeKey, shapeOf } from "./text-shape.js";

export const mostTexts = 256;
export const mostShapes = 50;
const textRoom = 4096;
const shapeRoom = 1024;
const longestText = 120;

export function openTextProfiler(name: string) {
  const texts = openFrequent(textRoom);
  const shapes = openShapes();
  const different = openDifferentValues();
  let [rows, missing, shortest, longest, letters] = [0, 0, Infinity, 0, 0];

  function add(codes: Int32Array, dictionary: readonly string[]): void {
    const counts = countsOf(codes, dictionary.length);
    rows += codes.length;
    missing += codes.length - counts.reduce((sum, count) => sum + count, 0);
    dictionary.forEach((text, code) => counts[code]! > 0 && addText(text, counts[code]!));
  }

  function addText(text: string, count: number): void {
    const hash = hashText(text);
    texts.add(shortened(text, hash), count);
    shapes.add(text, count);
    different.add(hash, count);
    shortest = Math.min(shortest, text.length);
    longest = Math.max(longest, text.length);
    letters += text.length * count;
  }

  function profile(): TextProfile {
    const present = rows - missing;
    const values = different.sketch();
    const common = { kind: "text" as const, name, rows, missing, distinct: countDifferent(values, present) };
    const length = present > 0 ? { length: { min: shortest, max: longest, mean: letters / present } } : {};
    return { ...common, ...texts.most(mostTexts), ...length, shapes: shapes.top(), sketch: { different: values } };
  }
  return { kind: "text" as const, add, profile };
}

function countsOf(codes: Int32Array, texts: number): Int32Array {
  const counts = new Int32Array(texts + 1);
  for (let row = 0; row < codes.length; row++) counts[codes[row]! + 1]!++;
  return counts.subarray(1);
}

/** A profile holds no long texts; the end says which one it was. */
export function shortened(text: string, hash = hashText(text)): string {
  if (text.length <= longestText) return text;
  return `${text.slice(0, longestText - 20)}… (${text.length} characters, ${hash.toString(16)})`;
}

/** A shape is spelt out only when it is seen for the first time. */
function openShapes() {
  const counted = openFrequent(shapeRoom);
  const known = new Map<number, string>();
  return {
    add(text: string, count: number): void {
      const key = shapeKey(text);
      const shape = known.get(key) ?? shapeOf(text);
      if (known.size < shapeRoom) known.set(key, shape);
      counted.add(shape, count);
    },
    top: () => counted.most(mostShapes).top,
  };
}
