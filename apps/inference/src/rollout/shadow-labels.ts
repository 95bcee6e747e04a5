/** Holds true labels against what a shadow said to the same request, whichever of both comes first. */
export interface ShadowLabels {
  answered(id: string, prediction: string): void;
  label(id: string, label: string): void;
}

/** As many as the log's recent answers: the champion is held against the labels of as many requests. */
const KEPT = 32_768;

export function openShadowLabels(told: (right: boolean) => void, kept = KEPT): ShadowLabels {
  const answers = new Map<string, string>();
  const labels = new Map<string, string>();

  function meet(of: Map<string, string>, others: Map<string, string>, id: string, text: string): void {
    const other = others.get(id);
    if (other === undefined) return keep(of, id, text);
    others.delete(id);
    told(other === text);
  }

  function keep(texts: Map<string, string>, id: string, text: string): void {
    texts.set(id, text);
    if (texts.size > kept) texts.delete(texts.keys().next().value!);
  }

  return {
    answered: (id, prediction) => meet(answers, labels, id, prediction),
    label: (id, label) => meet(labels, answers, id, label),
  };
}
