import type { Finding, Table } from "@millrace/contracts";
import { cell } from "@millrace/contracts";
import type { ColumnProfile, Profile } from "@millrace/drift";
import { html, page, type Markup } from "@millrace/pages";
import { histogramSvg } from "./histogram-svg.js";
import { barsOf } from "./histogram.js";
import { percent, short } from "./in-words.js";
import { counted } from "./summary.js";
import { shortened } from "./tally.js";

export interface Report {
  readonly pipeline: string;
  readonly source: string;
  readonly summary: string;
  readonly rows: { readonly total: number; readonly train: number; readonly test: number };
  readonly findings: readonly Finding[];
  readonly profile: Profile;
  /** What the distributions are shown beside, and its name. */
  readonly reference?: { readonly name: string; readonly profile: Profile };
  /** The rows that were kept apart, the first of them. */
  readonly apart?: { readonly rows: number; readonly shown: Table };
}

const mostCards = 200;

/** One page without scripts or links to elsewhere; every text in it is escaped. */
export const reportPage = (report: Report): string =>
  page(
    `Validation of ${report.pipeline}`,
    html`<p>${report.summary}</p>
      <p class="quiet">
        ${report.source} · ${counted(report.rows.total, "row")}: ${report.rows.train} to learn from, ${report.rows.test}
        to judge by · ${counted(report.profile.columns.length, "column")}
      </p>
      ${findingsTable(report.findings)} ${apartTable(report.apart)} ${columnCards(report)}`,
  );

const words = { error: "refused", quarantine: "kept apart", warning: "warning" };
const order = ["error", "quarantine", "warning"];

function findingsTable(findings: readonly Finding[]): Markup {
  if (findings.length === 0)
    return html`<h2>Findings</h2>
      <p>None.</p>`;
  const sorted = [...findings].sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity));
  return html`<h2>Findings</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">What follows</th>
            <th scope="col">What was found</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          ${sorted.map(findingRow)}
        </tbody>
      </table>
    </div>`;
}

const findingRow = ({ severity, code, message, remedy, rows, places = [] }: Finding): Markup =>
  html`<tr>
    <td class="${severity}">${words[severity]}</td>
    <td>
      ${message}<br /><span class="quiet">${remedy} <code>${code}</code></span>
    </td>
    <td class="number">${rows}</td>
    <td>${placesText(places)}</td>
  </tr> `;

const placesText = (places: NonNullable<Finding["places"]>): string =>
  places.length === 0 ? "" : `rows ${places.map(({ row, side }) => `${row} (${side})`).join(", ")}`;

function apartTable(apart: Report["apart"]): Markup | undefined {
  if (apart === undefined) return undefined;
  const { rows, shown } = apart;
  const names = shown.columns.map(({ name }) => name);
  return html`<h2>Rows kept apart</h2>
    <p>${counted(rows, "row")}${rows > shown.rows ? `, the first ${shown.rows} of them here` : ""}.</p>
    <div class="wide">
      <table>
        <thead>
          <tr>
            ${names.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${Array.from(
            { length: shown.rows },
            (_, row) =>
              html`<tr>
                ${shown.columns.map((column) => html`<td>${shortened(String(cell(column, row) ?? ""))}</td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}

function columnCards({ profile, reference, findings }: Report): Markup {
  const before = new Map(reference?.profile.columns.map((column) => [column.name, column]));
  const told = new Set(findings.map(({ column }) => column));
  // Columns that something was found in come first, so that they are among those that are shown.
  const sorted = [...profile.columns].sort((one, other) => Number(told.has(other.name)) - Number(told.has(one.name)));
  const key = reference && html` <span class="key"><i class="b"></i>${reference.name}</span>`;
  return html`<h2>Columns</h2>
    <p class="key"><i class="a"></i>this dataset${key}</p>
    ${sorted.length > mostCards ? html`<p>${mostCards} of ${sorted.length} columns are shown; all are in profile.json.</p>` : undefined}
    <div class="cards">${sorted.slice(0, mostCards).map((column) => card(column, before.get(column.name)))}</div>`;
}

const card = (column: ColumnProfile, before: ColumnProfile | undefined): Markup =>
  html`<section class="card">
    <h3>${column.name}</h3>
    ${histogramSvg(column.name, barsOf(column, before))}
    <dl>
      ${figures(column).map(
        ([name, value], index) =>
          html`<dt>${name}</dt>
            <dd>${value}${wasText(value, before && figures(before)[index]?.[1], before?.kind === column.kind)}</dd>`,
      )}
    </dl>
  </section> `;

const wasText = (value: string, before: string | undefined, comparable: boolean): string =>
  comparable && before !== undefined && before !== value ? ` (was ${before})` : "";

function figures(column: ColumnProfile): [name: string, value: string][] {
  const common: [string, string][] = [
    ["missing", percent(column.rows === 0 ? 0 : column.missing / column.rows)],
    ["different", `${column.distinct > 1000 ? "about " : ""}${Math.round(column.distinct)}`],
  ];
  if (column.kind === "text") return [...common, ["most often", shortened(column.top[0]?.[0] ?? "–")]];
  const { min, max, mean } = column;
  const figure = (value: number | undefined) => (value === undefined ? "–" : short(value));
  return [
    ...common,
    ["mean", figure(mean)],
    ["spread", figure(spread(column))],
    ["least", figure(min)],
    ["most", figure(max)],
  ];
}

function spread({ squares, rows, missing, infinite }: Extract<ColumnProfile, { kind: "number" }>): number | undefined {
  const count = rows - missing - infinite;
  return squares === undefined || count < 2 ? undefined : Math.sqrt(squares / (count - 1));
}
