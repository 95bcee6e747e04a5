import { html, type Markup } from "@millrace/pages";
import type { Curve, Point } from "./curves.js";

export interface LinePlot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly curves: readonly Curve[];
  /** What no knowledge would give, or what would be perfect: for comparison. */
  readonly diagonal?: boolean;
  /** Both axes go from 0 to 1; else as far as the points do. */
  readonly unit?: boolean;
}

const [WIDTH, HEIGHT, LEFT, TOP, SIDE] = [460, 400, 60, 40, 320] as const;
const colours = ["#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280", "#975a16", "#2c7a7b", "#4a5568"];
export const colourOf = (index: number): string => colours[index % colours.length]!;

/** A picture that stands for itself: no style sheet, no script. */
export const svg = (
  title: string,
  content: Markup,
  [width, height]: readonly [number, number] = [WIDTH, HEIGHT],
): Markup =>
  html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    font-family="system-ui,sans-serif"
    font-size="12"
    style="height:auto;border:0"
  >
    <title>${title}</title>
    <rect width="${width}" height="${height}" fill="#fff" />
    <text x="${LEFT}" y="22" font-size="15" fill="#1c2430">${title}</text>
    ${content}
  </svg>`;

export function linePlot({ title, x, y, curves, diagonal, unit }: LinePlot): Markup {
  const points = curves.flatMap((curve) => curve.points);
  const across = unit ? ([0, 1] as const) : rangeOf(points.map((point) => point[0]));
  const up = unit ? ([0, 1] as const) : rangeOf(points.map((point) => point[1]));
  const place = ([px, py]: Point): string =>
    `${round(LEFT + SIDE * shareOf(px, across))},${round(TOP + SIDE * (1 - shareOf(py, up)))}`;
  const lines = curves.map(
    (curve, index) =>
      html`<polyline
        fill="none"
        stroke="${colourOf(index)}"
        stroke-width="2"
        points="${curve.points.map(place).join(" ")}"
      />`,
  );
  const names = curves.map(
    ({ name }, index) =>
      html`<text x="${LEFT + 10}" y="${TOP + 16 + 15 * index}" fill="${colourOf(index)}"
        >${curves.length > 1 ? name : ""}</text
      >`,
  );
  const compared = diagonal
    ? html`<line
        x1="${LEFT}"
        y1="${TOP + SIDE}"
        x2="${LEFT + SIDE}"
        y2="${TOP}"
        stroke="#9aa7b8"
        stroke-dasharray="4 4"
      />`
    : undefined;
  return svg(title, html`${axes({ x, y, across, up })}${compared}${lines}${names}`);
}

type Range = readonly [from: number, to: number];

function axes({ x, y, across, up }: { x: string; y: string; across: Range; up: Range }): Markup {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const [at, height] = [LEFT + SIDE * share, TOP + SIDE * (1 - share)];
    return html`<text x="${at}" y="${TOP + SIDE + 16}" text-anchor="middle" fill="#5b6676">${label(across, share)}</text
      ><text x="${LEFT - 6}" y="${height + 4}" text-anchor="end" fill="#5b6676">${label(up, share)}</text
      ><line x1="${LEFT}" y1="${height}" x2="${LEFT + SIDE}" y2="${height}" stroke="#eef1f5" />`;
  });
  const middle = TOP + SIDE / 2;
  return html`${ticks}<rect x="${LEFT}" y="${TOP}" width="${SIDE}" height="${SIDE}" fill="none" stroke="#d5dbe3" /><text
      x="${LEFT + SIDE / 2}"
      y="${TOP + SIDE + 34}"
      text-anchor="middle"
      fill="#1c2430"
      >${x}</text
    ><text x="14" y="${middle}" text-anchor="middle" fill="#1c2430" transform="rotate(-90 14 ${middle})">${y}</text>`;
}

const label = ([from, to]: Range, share: number): string => String(Number((from + share * (to - from)).toPrecision(3)));
const shareOf = (value: number, [from, to]: Range): number => (to > from ? (value - from) / (to - from) : 0.5);
const round = (value: number): number => Math.round(value * 10) / 10;

function rangeOf(values: readonly number[]): Range {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return values.length === 0 ? [0, 1] : [least, most];
}
