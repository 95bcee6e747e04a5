import { html, type Markup } from "@millrace/pages";
import type { Importance } from "../importances.js";
import { svg } from "./line-plot.js";

const [LEFT, TOP, SIDE, ROW, MOST] = [190, 40, 280, 18, 20] as const;

/** The features that count most. */
export function importancePlot(importances: readonly Importance[]): Markup | undefined {
  const shown = importances.slice(0, MOST);
  const most = shown[0]?.importance ?? 0;
  if (!(most > 0)) return undefined;
  const bars = shown.map(({ feature, importance }, index) => {
    const y = TOP + ROW * index;
    const width = (SIDE * importance) / most;
    return html`<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end" fill="#1c2430">${feature.slice(0, 26)}</text
      ><rect x="${LEFT}" y="${y + 2}" width="${width.toFixed(1)}" height="${ROW - 5}" fill="#2b6cb0" />`;
  });
  return svg("What the model looks at", html`${bars}`, [LEFT + SIDE + 20, TOP + ROW * shown.length + 16]);
}
