/** So many at a time. Whoever asks for several waits until there are as many, and those behind wait in turn. */
export interface Seats {
  readonly count: number;
  /** Resolves with the function that gives them back. */
  take(wanted: number): Promise<() => void>;
}

export function openSeats(count: number): Seats {
  let free = count;
  const queue: { wanted: number; enter: () => void }[] = [];
  const admit = () => {
    while (queue[0] !== undefined && queue[0].wanted <= free) {
      free -= queue[0].wanted;
      queue.shift()!.enter();
    }
  };
  const leaving = (wanted: number) => () => {
    free += wanted;
    wanted = 0;
    admit();
  };
  return {
    count,
    take: (wanted) =>
      new Promise((resolve) => {
        queue.push({ wanted, enter: () => resolve(leaving(wanted)) });
        admit();
      }),
  };
}
