import { html, type Markup } from "@millrace/pages";
import type { MetricName } from "@millrace/learning";
import type { Difference, Figure } from "./figures.js";
import { figure, rangeText, titleOf } from "./in-words.js";
import type { Report } from "./report.js";

/** Every metric of both models, with the intervals of those that decide something. */
export function metricsTable(report: Report): Markup | undefined {
  const { challenger, champion, training } = report;
  if (challenger === undefined) return undefined;
  const names = [...Object.keys(challenger.figures), ...Object.keys(challenger.omitted)] as MetricName[];
  const heads = ["Metric", "Challenger", champion?.figures && "Champion", champion?.figures && "Difference"];
  const all = training === undefined ? heads : [...heads, `On ${training.rows} training rows`];
  return html`<h2>Metrics</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            ${all.map((head) => (head === undefined ? undefined : html`<th scope="col">${head}</th>`))}
          </tr>
        </thead>
        <tbody>
          ${names.map((name) => metricRow(name, report))}
        </tbody>
      </table>
    </div>`;
}

function metricRow(name: MetricName, { challenger, champion, differences, training, confidence }: Report): Markup {
  const [mine, theirs] = [challenger!.figures[name], champion?.figures?.[name]];
  const compared = champion?.figures && [
    html`<td>${valueText(theirs, champion.omitted?.[name], confidence)}</td>`,
    html`<td>${differenceText(mine, theirs)} ${differences?.[name] && rangeOf(differences[name], confidence)}</td>`,
  ];
  return html`<tr>
    <th scope="row">${titleOf(name)}</th>
    <td>${valueText(mine, challenger!.omitted[name], confidence)}</td>
    ${compared}${training && html`<td>${figure(training.metrics[name])}</td>`}
  </tr> `;
}

function valueText(found: Figure | undefined, omitted: string | undefined, confidence: number): Markup {
  if (found === undefined) return html`<span class="quiet">none: ${omitted}</span>`;
  return html`${figure(found.value)} ${rangeOf(found, confidence)}`;
}

const differenceText = (mine: Figure | undefined, theirs: Figure | undefined): string =>
  mine === undefined || theirs === undefined ? "" : figure(mine.value - theirs.value);

function rangeOf({ low, high, noInterval }: Difference, confidence: number): Markup | undefined {
  if (noInterval !== undefined) return html`<span class="quiet">no interval: ${noInterval}</span>`;
  if (low === undefined || high === undefined) return undefined;
  return html`<span class="quiet">(${rangeText({ low, high, confidence })})</span>`;
}
