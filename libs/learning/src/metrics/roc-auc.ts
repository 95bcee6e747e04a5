/** The chance that a positive row has a higher score than a negative one, a tie counting half; undefined without both. */
export function rocAuc(isPositive: (row: number) => boolean, scores: Float64Array): number | undefined {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    let tied = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++)
      if (isPositive(order[end]!)) tied++;
    positives += tied;
    rankSum += (tied * (start + 1 + end)) / 2;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
