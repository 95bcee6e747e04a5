import { html, type Markup } from "@millrace/pages";
import type { Answer, Disagreement } from "./disagreements.js";
import { counted, figure } from "./in-words.js";
import type { Report } from "./report.js";

/** Test rows to which the two models say something else, those on which they differ most. */
export function differencesTable({ disagreements: found }: Report): Markup | undefined {
  if (found === undefined) return undefined;
  const { rows, onlyChallengerRight, onlyChampionRight, pValue, examples } = found;
  const names = Object.keys(examples[0]?.values ?? {});
  return html`<h2>Where they disagree</h2>
    <p>
      On ${counted(rows, "row")}. Only the challenger is right on ${onlyChallengerRight}, only the champion on
      ${onlyChampionRight} (McNemar's test: p = ${figure(pValue)}).
    </p>
    ${examples.length === 0 ? undefined : examplesTable(examples, names)}`;
}

const examplesTable = (examples: readonly Disagreement[], names: readonly string[]): Markup =>
  html`<div class="wide rows">
    <table>
      <thead>
        <tr>
          ${["Test row", "It is", "Challenger", "Champion", ...names].map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${examples.map(
          ({ row, label, challenger, champion, values }) =>
            html`<tr>
              <td>${row}</td>
              <td>${label}</td>
              ${answerCell(challenger, label)} ${answerCell(champion, label)}
              ${names.map((name) => html`<td>${valueText(values[name])}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;

const answerCell = ({ prediction, confidence }: Answer, label: string): Markup =>
  html`<td class="${prediction === label ? "passed" : "error"}">${prediction} (${figure(confidence)})</td>`;

const longest = 60;

const valueText = (value: string | number | null | undefined): string => {
  const text = typeof value === "number" ? String(Number(value.toPrecision(6))) : (value ?? "–");
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
};
