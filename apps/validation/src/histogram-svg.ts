import { html, type Markup } from "@millrace/pages";
import type { Bar } from "./histogram.js";
import { percent } from "./in-words.js";

const width = 280;
const height = 72;

/** Bars as an inline picture: filled is this dataset, the outline is what it is held against. */
export function histogramSvg(name: string, bars: readonly Bar[]): Markup {
  if (bars.length === 0) return html`<p class="quiet">no values</p>`;
  const most = Math.max(...bars.flatMap(({ current, reference = 0 }) => [current, reference]), 1e-9);
  const step = width / bars.length;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Distribution of ${name}: ${spoken(bars)}">
    ${bars.map((bar, index) => barSvg(bar, { x: index * step, step, most }))}
  </svg>`;
}

function barSvg(
  { label, current, reference }: Bar,
  { x, step, most }: { x: number; step: number; most: number },
): Markup {
  const tall = (share: number): string => ((share / most) * (height - 2)).toFixed(1);
  const title = `${label}: ${percent(current)}${reference === undefined ? "" : `, before ${percent(reference)}`}`;
  const place = (share: number) =>
    html`x="${(x + 0.5).toFixed(1)}" y="${(height - Number(tall(share))).toFixed(1)}"
    width="${Math.max(1, step - 1).toFixed(1)}" height="${tall(share)}"`;
  return html`<g
    ><title>${title}</title><rect class="now" ${place(current)} />${
      reference === undefined ? undefined : html`<rect class="then" ${place(reference)} />`
    }</g
  > `;
}

const spoken = (bars: readonly Bar[]): string =>
  [...bars]
    .sort((one, other) => other.current - one.current)
    .slice(0, 5)
    .map(({ label, current }) => `${label} ${percent(current)}`)
    .join(", ");
