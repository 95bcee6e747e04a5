export interface OutputNames {
  readonly label: string;
  /** One a class, in the order of the classes. */
  readonly probabilities: readonly string[];
}

/**
 * `label`, and `probability_` with the class, in which every character but letters, digits and _ is a _. A name that a
 * feature or an earlier output has gets _2, _3 and so on.
 */
export function outputNames(classes: readonly string[], features: readonly string[]): OutputNames {
  const used = new Set(features);
  const [label, ...probabilities] = ["label", ...classes.map((name) => `probability_${safe(name)}`)].map((wanted) => {
    const name = unused(wanted, used);
    used.add(name);
    return name;
  });
  return { label: label!, probabilities };
}

const safe = (name: string): string => name.replace(/[^A-Za-z0-9_]/gu, "_");

function unused(wanted: string, used: ReadonlySet<string>): string {
  for (let name = wanted, count = 2; ; name = `${wanted}_${count++}`) if (!used.has(name)) return name;
}
