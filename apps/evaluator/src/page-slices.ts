import { html, type Markup } from "@millrace/pages";
import type { MetricName, Slice } from "@millrace/learning";
import { figure, titleOf } from "./in-words.js";
import type { ColumnSlices } from "./slices-of.js";
import type { Report } from "./report.js";

/** How both models do on the groups of each column that the pipeline names. */
export function slicesSection({ challenger, champion, metric }: Report): Markup | undefined {
  if (challenger === undefined || challenger.slices.length === 0) return undefined;
  return html`<h2>Groups of rows</h2>
    ${challenger.slices.map((slices) => columnTable(slices, championsOf(champion?.slices, slices.column), metric))}`;
}

const championsOf = (slices: readonly ColumnSlices[] | undefined, column: string) =>
  new Map(slices?.find((each) => each.column === column)?.groups?.map((group) => [group.name, group]));

function columnTable({ column, groups }: ColumnSlices, others: ReadonlyMap<string, Slice>, metric: MetricName): Markup {
  if (groups === undefined)
    return html`<h3>${column}</h3>
      <p>The test rows have no such column.</p>`;
  const binary = groups.some(({ selectionRate }) => selectionRate !== undefined);
  const rates = binary ? ["Selected", "True positives"] : [];
  const accuracy = metric === "accuracy" ? [] : ["accuracy"];
  const heads = ["Group", "Rows", titleOf(metric), ...(others.size > 0 ? ["Champion"] : []), ...accuracy, ...rates];
  return html`<h3>${column}</h3>
    <div class="wide">
      <table>
        <thead>
          <tr>
            ${heads.map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${groups.map((group) => groupRow(group, others, metric))}
        </tbody>
      </table>
    </div>`;
}

const groupRow = (group: Slice, others: ReadonlyMap<string, Slice>, metric: MetricName): Markup =>
  html`<tr>
    <th scope="row">${group.name}</th>
    <td>${group.rows}</td>
    <td>${shown(group.values[metric])}</td>
    ${others.size > 0 ? html`<td>${shown(others.get(group.name)?.values[metric])}</td>` : undefined}
    ${metric === "accuracy" ? undefined : html`<td>${shown(group.values.accuracy)}</td>`} ${ratesOf(group)}
  </tr> `;

const ratesOf = ({ selectionRate, truePositiveRate }: Slice): Markup | undefined =>
  selectionRate === undefined
    ? undefined
    : html`<td>${shown(selectionRate)}</td>
        <td>${shown(truePositiveRate)}</td>`;

const shown = (value: number | undefined): string => (value === undefined ? "–" : figure(value));
