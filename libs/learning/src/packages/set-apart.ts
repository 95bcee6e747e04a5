import { ProblemError } from "@millrace/contracts";

export type Path = readonly (string | number)[];

/** JSON, and beside it what JSON can't hold, with where in it that belongs. */
export interface SetApart {
  readonly json: unknown;
  readonly arrays: readonly { readonly at: Path; readonly array: ArrayBufferView }[];
  /** NaN, the infinities and −0, as texts. */
  readonly numbers: readonly { readonly at: Path; readonly is: string }[];
}

export function setApart(content: unknown): SetApart {
  const arrays: { at: Path; array: ArrayBufferView }[] = [];
  const numbers: { at: Path; is: string }[] = [];

  function plain(value: unknown, at: Path): unknown {
    if (ArrayBuffer.isView(value)) return apart(arrays, { at, array: value });
    if (typeof value === "number" && !isJson(value)) return apart(numbers, { at, is: named(value) });
    if (Array.isArray(value)) return value.map((member, index) => plain(member, [...at, index]));
    if (typeof value === "object" && value !== null) return plainMembers(value, at);
    return value;
  }

  const plainMembers = (value: object, at: Path) =>
    Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => [name, plain(member, [...at, name])]),
    );

  return { json: plain(content, []), arrays, numbers };
}

/** A null holds the place of what is kept elsewhere. */
function apart<Kept>(kept: Kept[], value: Kept): null {
  kept.push(value);
  return null;
}

const isJson = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);
const named = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** Puts a value back to where it was set apart from; in an object that was just read, so it may be changed. */
export function putBack<Root>(root: Root, at: Path, value: unknown): Root {
  const owner = { root } as Record<string | number, unknown>;
  const path = ["root", ...at];
  let node = owner;
  for (const name of path.slice(0, -1)) node = member(node, name) as typeof node;
  const last = path.at(-1)!;
  if (member(node, last) !== null) throw noPlace(at);
  node[last] = value;
  return owner.root as Root;
}

function member(node: unknown, name: string | number): unknown {
  if (typeof node === "object" && node !== null && Object.hasOwn(node, name))
    return (node as Record<string, unknown>)[name];
  return undefined;
}

const noPlace = (at: Path): ProblemError =>
  new ProblemError({ code: "PACKAGE_CORRUPT", message: `the package has no place for ${at.join(".")}.` });
