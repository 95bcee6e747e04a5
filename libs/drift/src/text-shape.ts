const longest = 64;
const letterA = 65;
const lettera = 97;
const digit = 57;

/** How a text looks: letters are A or a, digits 9, everything else stays; of long texts only the beginning. */
export const shapeOf = (text: string): string => {
  let shape = "";
  for (let at = 0; at < text.length && at < longest; at++) shape += String.fromCharCode(shapeCode(text.charCodeAt(at)));
  return shape;
};

/** The same for texts that look the same: two numbers of 26 bits in one. */
export function shapeKey(text: string): number {
  let [one, other] = [0x811c9dc5, 0x01234567];
  for (let at = 0; at < text.length && at < longest; at++) {
    const code = shapeCode(text.charCodeAt(at));
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ code, 0x85ebca6b) ^ (other >>> 15);
  }
  return (one >>> 6) * 2 ** 26 + (other >>> 6);
}

const codes = new Uint16Array(65536);

function shapeCode(code: number): number {
  if (codes[code] === 0) codes[code] = classified(code);
  return codes[code]!;
}

function classified(code: number): number {
  const letter = String.fromCharCode(code);
  if (/\p{Lu}/u.test(letter)) return letterA;
  if (/\p{L}/u.test(letter)) return lettera;
  return /\p{Nd}/u.test(letter) ? digit : code;
}
