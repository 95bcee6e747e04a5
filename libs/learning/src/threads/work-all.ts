/**
 * Does the work of all items, at most `limit` at a time, begun in their order. Where some fail, no more are begun, those in
 * hand are waited for, and the first in the order of the items is what is thrown: whoever is faster changes nothing.
 */
export async function workAll<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures = new Map<number, unknown>();
  let next = 0;
  const worker = async () => {
    while (next < items.length && failures.size === 0) {
      const index = next++;
      await work(items[index]!, index).then(
        (result) => void (results[index] = result),
        (error: unknown) => void failures.set(index, error),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return results;
}
