/** At most `count` holders at a time; the others wait in order. */
export function openSlots(count: number) {
  let free = count;
  const waiting: (() => void)[] = [];
  const giveBack = () => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  const once = (action: () => void) => {
    let done = false;
    return () => {
      if (done) return;
      done = true;
      action();
    };
  };
  return {
    /** Resolves with the function that gives the slot back. */
    async take(signal?: AbortSignal): Promise<() => void> {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      const release = once(giveBack);
      if (!signal?.aborted) return release;
      release();
      throw signal.reason;
    },
  };
}
