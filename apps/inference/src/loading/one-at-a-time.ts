/** Calls that come while one is under way are answered by one more after it: it sees what they came for. */
export function oneAtATime(action: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = () => {
    next = undefined;
    current = action().finally(() => {
      if (next === undefined) current = undefined;
    });
    return current;
  };
  return () => {
    if (current === undefined) return begin();
    return (next ??= current.catch(() => undefined).then(begin));
  };
}
