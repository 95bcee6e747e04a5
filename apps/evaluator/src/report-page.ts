import { html, page, type Markup } from "@millrace/pages";
import { curvesSection } from "./page-curves.js";
import { differencesTable } from "./page-disagreements.js";
import { confusionSection } from "./page-confusion.js";
import { metricsTable } from "./page-metrics.js";
import { slicesSection } from "./page-slices.js";
import { bytesText, counted, milliseconds } from "./in-words.js";
import type { Report } from "./report.js";

const plots = `
.plots{display:flex;flex-wrap:wrap;gap:1rem}.plot{margin:0;width:300px;max-width:100%}.plot svg{height:auto;border:0}
.plot text{font-size:10px;fill:var(--quiet)}.frame{fill:none;stroke:var(--line)}.diagonal{stroke:var(--line);stroke-dasharray:3 3}
.line{fill:none;stroke-width:1.8}.now-line{stroke:var(--now)}.then-line{stroke:var(--then);stroke-dasharray:5 3}
.now-dot{fill:var(--now)}.then-dot{fill:var(--then)}.passed{color:var(--now);font-weight:600}thead th,.rows td{overflow-wrap:normal}.rows th,.rows td{white-space:nowrap}.two{display:flex;flex-wrap:wrap;gap:2rem}.two>div{flex:1;min-width:280px}`;

/** One page without scripts or links to elsewhere; every text in it is escaped. */
export const reportPage = (report: Report): string =>
  page(
    `Evaluation of ${report.pipeline}`,
    html`<p class="${report.failedGates.length > 0 ? "error" : "passed"}">${report.reason}</p>
      <p class="quiet">${circumstances(report)}</p>
      ${gatesTable(report)} ${metricsTable(report)} ${curvesSection(report)} ${confusionSection(report)}
      ${slicesSection(report)} ${differencesTable(report)} ${aboutTable(report)}`,
    plots,
  );

function circumstances({ rows, family, champion, looks }: Report): string {
  const against = champion === undefined ? "no champion" : `against version ${champion.version}`;
  const served =
    looks === undefined
      ? ""
      : ` · these rows have judged ${counted(looks.models, "model")} in ${counted(looks.runs, "run")}, this one among them`;
  return `${family} on ${counted(rows, "test row")} · ${against}${served}`;
}

function gatesTable({ gates }: Report): Markup {
  if (gates.length === 0)
    return html`<h2>Gates</h2>
      <p>None was set.</p>`;
  return html`<h2>Gates</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">Gate</th>
            <th scope="col">Passed</th>
            <th scope="col">Because</th>
          </tr>
        </thead>
        <tbody>
          ${gates.map(
            ({ name, passed, says }) =>
              html`<tr>
                <td><code>${name}</code></td>
                <td class="${passed ? "passed" : "error"}">${passed ? "yes" : "no"}</td>
                <td>${says}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}

function aboutTable({ digests, size, latency }: Report): Markup {
  const facts: [string, string | undefined][] = [
    ["Size of the package", bytesText(size)],
    ["Time of one answer", latency && `${milliseconds(latency.median)}, 99 of 100 in ${milliseconds(latency.p99)}`],
    ["Test rows", digests.test],
    ["Training rows", digests.train],
    ["Package", digests.package],
    ["Champion's package", digests.champion],
  ];
  return html`<h2>What was judged</h2>
    <div class="wide">
      <table>
        <tbody>
          ${facts.map(([name, value]) =>
            value === undefined
              ? undefined
              : html`<tr>
                  <th scope="row">${name}</th>
                  <td>${value}</td>
                </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}
