import type { Scored } from "@millrace/learning";

/** The same answers with the classes in the order of another model; as they are where it knows other classes. */
export function withClasses(scored: Scored, classes: readonly string[]): Scored {
  const places = classes.map((name) => scored.classes.indexOf(name));
  if (classes.length !== scored.classes.length || places.includes(-1)) return scored;
  const width = classes.length;
  const probabilities = scored.probabilities.map((_, at) => {
    const code = at % width;
    return scored.probabilities[at - code + places[code]!]!;
  });
  return { ...scored, classes, probabilities, labels: scored.labels.map((code) => places.indexOf(code)) };
}
