import { html, type Markup } from "@millrace/pages";
import type { Report } from "./report.js";

const mostClasses = 20;

/** What the rows of each class were taken for, by both models. */
export function confusionSection({ challenger, champion }: Report): Markup | undefined {
  if (challenger === undefined) return undefined;
  const other =
    champion?.confusion && champion.classes && matrixTable("Champion", champion.classes, champion.confusion);
  return html`<h2>Confusion</h2>
    <p class="quiet">Rows: what it is. Columns: what was predicted.</p>
    <div class="two">${matrixTable("Challenger", challenger.classes, challenger.confusion)}${other}</div>`;
}

function matrixTable(title: string, classes: readonly string[], confusion: readonly (readonly number[])[]): Markup {
  const shown = classes.slice(0, mostClasses);
  return html`<div class="wide">
    <h3>${title}</h3>
    <table>
      <thead>
        <tr>
          <th scope="col"></th>
          ${shown.map((name) => html`<th scope="col" class="number">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (name, actual) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${shown.map((_, predicted) => html`<td class="number">${confusion[actual]![predicted]}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
    ${classes.length > mostClasses ? html`<p>${mostClasses} of ${classes.length} classes; all are in evaluation.json.</p>` : undefined}
  </div>`;
}
