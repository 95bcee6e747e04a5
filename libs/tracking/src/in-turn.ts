export type InTurn = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/** Does work of the same key one after the other, and work of different keys side by side. */
export function inTurn(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const done = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, done);
    const forget = () => void (last.get(key) === done && last.delete(key));
    done.then(forget, forget);
    return done;
  };
}
