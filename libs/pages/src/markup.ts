const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Markup that was put together here, and is not to be escaped again. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | undefined | readonly Part[];

/** Every value that is put in is escaped, unless it is markup itself: no name of a column can forget it. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: texts.map((text, index) => text + (index < parts.length ? markupOf(parts[index]) : "")).join(""),
});

function markupOf(part: Part): string {
  if (part === undefined) return "";
  if (Array.isArray(part)) return part.map(markupOf).join("");
  if (typeof part === "object") return (part as Markup).markup;
  return escaped(String(part));
}

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);
