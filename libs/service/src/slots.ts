/** At most `count` holders at a time; the others wait in order. */
export function openSlots(count: number) {
  let free = count;
  const waiting: (() => void)[] = [];
  const giveBack = () => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  const turn = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      waiting.push(enter);
    });
  const once = (action: () => void) => {
    let done = false;
    return () => {
      if (done) return;
      done = true;
      action();
    };
  };
  return {
    /** Resolves with the function that gives the slot back; rejects when the signal comes first. */
    async take(signal: AbortSignal): Promise<() => void> {
      signal.throwIfAborted();
      if (free > 0) free--;
      else await turn(signal);
      return once(giveBack);
    },
  };
}
