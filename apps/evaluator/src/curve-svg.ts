import { html, type Markup } from "@millrace/pages";
import type { Point } from "./curves.js";

const size = 200;
const margin = 34;

export interface Line {
  /** `now` is the challenger, `then` the champion, as the page's key says. */
  readonly of: "now" | "then";
  readonly points: readonly Point[];
  /** Points where something was measured; a line alone shows where it goes. */
  readonly dots?: boolean;
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** What a model that knows nothing, or is calibrated, would give. */
  readonly diagonal?: boolean;
}

/** Lines over the square from 0 to 1, as an inline picture. */
export function curveSvg({ title, x, y, lines, diagonal }: Plot): Markup {
  const all = size + 2 * margin;
  const middle = margin + size / 2;
  return html`<figure class="plot">
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${all} ${all}" role="img" aria-label="${title}: ${y} by ${x}">
      <rect class="frame" x="${margin}" y="${margin}" width="${size}" height="${size}" />
      ${
        diagonal
          ? html`<path
              class="diagonal"
              d="${pathOf([
                [0, 0],
                [1, 1],
              ])}"
            />`
          : undefined
      }
      ${[0, 0.5, 1].map(ticks)} ${lines.map(drawn)}
      <text x="${middle}" y="${all - 4}" text-anchor="middle">${x}</text>
      <text x="10" y="${middle}" text-anchor="middle" transform="rotate(-90 10 ${middle})">${y}</text>
    </svg>
  </figure>`;
}

const drawn = ({ of, points, dots }: Line): Markup =>
  html`<path class="line ${of}-line" d="${pathOf(points)}" />
    ${dots ? points.map((point) => html`<circle class="${of}-dot" cx="${across(point)}" cy="${down(point)}" r="2.5" />`) : undefined}`;

const ticks = (at: number): Markup =>
  html`<text x="${across([at, 0])}" y="${margin + size + 13}" text-anchor="middle">${at}</text>
    <text x="${margin - 4}" y="${Number(down([0, at])) + 4}" text-anchor="end">${at}</text>`;

const across = ([x]: Point): string => (margin + x * size).toFixed(1);
const down = ([, y]: Point): string => (margin + (1 - y) * size).toFixed(1);

const pathOf = (points: readonly Point[]): string =>
  points.map((point, index) => `${index === 0 ? "M" : "L"}${across(point)} ${down(point)}`).join("");
