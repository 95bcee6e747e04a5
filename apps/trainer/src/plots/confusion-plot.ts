import { confusionMatrix, predictedClasses } from "@millrace/learning";
import { html, type Markup } from "@millrace/pages";
import type { Decision } from "../decide.js";
import { svg } from "./line-plot.js";

const [LEFT, TOP, SIDE] = [110, 70, 300] as const;
const MOST_CLASSES = 20;

/** How many rows of each class are predicted as which; more than twenty classes are no picture any more. */
export function confusionPlot({ outOfFold, threshold }: Pick<Decision, "outOfFold" | "threshold">): Markup | undefined {
  const { labels, classes } = outOfFold;
  if (classes.length > MOST_CLASSES) return undefined;
  const counts = confusionMatrix(labels, predictedClasses({ ...outOfFold, threshold }), classes.length);
  const size = SIDE / classes.length;
  const cells = counts.flatMap((row, actual) =>
    row.map((count, predicted) => cell(count, row, actual, predicted, size)),
  );
  const names = classes.map(
    (name, code) =>
      html`<text x="${LEFT - 8}" y="${TOP + size * (code + 0.5) + 4}" text-anchor="end" fill="#1c2430"
          >${short(name)}</text
        ><text x="${LEFT + size * (code + 0.5)}" y="${TOP - 8}" text-anchor="middle" fill="#1c2430"
          >${short(name)}</text
        >`,
  );
  const captions = html`<text x="${LEFT + SIDE / 2}" y="${TOP - 26}" text-anchor="middle" fill="#5b6676">predicted</text
    ><text x="${LEFT}" y="${TOP + SIDE + 18}" fill="#5b6676">rows: actual, by models that had not seen them</text>`;
  return svg("Confusion matrix", html`${cells}${names}${captions}`, [440, 410]);
}

function cell(count: number, row: readonly number[], actual: number, predicted: number, size: number): Markup {
  const share =
    count /
    Math.max(
      1,
      row.reduce((sum, value) => sum + value, 0),
    );
  const [x, y] = [LEFT + size * predicted, TOP + size * actual];
  return html`<rect
      x="${x}"
      y="${y}"
      width="${size}"
      height="${size}"
      fill="#2b6cb0"
      fill-opacity="${share.toFixed(3)}"
      stroke="#d5dbe3"
    /><text x="${x + size / 2}" y="${y + size / 2 + 4}" text-anchor="middle" fill="${share > 0.5 ? "#fff" : "#1c2430"}"
      >${Math.round(count)}</text
    >`;
}

const short = (name: string): string => (name.length > 14 ? `${name.slice(0, 13)}…` : name);
