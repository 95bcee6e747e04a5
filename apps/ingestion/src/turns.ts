/** Lets so many at a time do what takes much memory; the others wait for their turn. */
export function turns(count: number): <T>(does: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  const take = () => (free > 0 ? void free-- : new Promise<void>((go) => waiting.push(go)));
  const give = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async (does) => {
    await take();
    try {
      return await does();
    } finally {
      give();
    }
  };
}
