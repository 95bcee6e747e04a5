/** Where a kernel's arrays lie in its memory: laid out first, then the memory is made of that size. */
export interface Layout {
  /** Keeps room and returns its address, a multiple of 64. */
  take(bytes: number): number;
  readonly size: number;
}

/** The first page is left to the kernel's own constants. */
const BEGIN = 65_536;
const LINE = 64;

export function newLayout(): Layout {
  let top = BEGIN;
  return {
    take(bytes) {
      const address = top;
      top = Math.ceil((top + bytes) / LINE) * LINE;
      return address;
    },
    get size() {
      // A kernel that loads a whole vector may look past the last element.
      return top + LINE;
    },
  };
}
