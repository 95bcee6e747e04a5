import { sentenceOf } from "@millrace/contracts";
import { html, style, type Markup } from "@millrace/pages";
import type { Decision } from "../decide.js";
import type { CandidateResult } from "../fit-job.js";
import type { Importance } from "../importances.js";
import { calibrationCurves, precisionCurves, rocCurves } from "./curves.js";
import { confusionPlot } from "./confusion-plot.js";
import { importancePlot } from "./importance-plot.js";
import { linePlot } from "./line-plot.js";

export interface Pictured {
  readonly decision: Decision;
  readonly importances: readonly Importance[];
  /** Of boosting with early stopping: the loss on the validation rows after each round. */
  readonly validationLosses: readonly number[];
}

/** The winner in pictures, by name: what models that had not seen the rows said of them. */
export function plotsOf({ decision, importances, validationLosses }: Pictured): Record<string, Markup> {
  const { outOfFold } = decision;
  const unit = true;
  const roc = { title: "ROC", x: "false positive rate", y: "true positive rate", curves: rocCurves(outOfFold) };
  const pr = { title: "Precision and recall", x: "recall", y: "precision", curves: precisionCurves(outOfFold) };
  const calibration = { title: "Calibration", x: "predicted", y: "observed", curves: calibrationCurves(outOfFold) };
  const losses = validationLosses.map((loss, round) => [round + 1, loss] as const);
  const learning = { title: "Validation loss", x: "rounds", y: "loss", curves: [{ name: "loss", points: losses }] };
  const plots = {
    confusion: confusionPlot(decision),
    roc: linePlot({ ...roc, unit, diagonal: true }),
    pr: linePlot({ ...pr, unit }),
    calibration: linePlot({ ...calibration, unit, diagonal: true }),
    importance: importancePlot(importances),
    learning: losses.length > 1 ? linePlot(learning) : undefined,
  };
  return Object.fromEntries(Object.entries(plots).flatMap(([name, plot]) => (plot ? [[name, plot]] : [])));
}

export interface TrainingPage {
  readonly title: string;
  readonly sentence: string;
  readonly metric: string;
  readonly candidates: readonly CandidateResult[];
  readonly plots: Readonly<Record<string, Markup>>;
}

/** One file for people, with everything in it. */
export const trainingPage = ({ title, sentence, metric, candidates, plots }: TrainingPage): string =>
  html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" /><title>${title}</title
      ><style>
        ${{ markup: style }}
      </style>
      <h1>${title}</h1>
      <p>${sentence}</p>
      <table>
        <tr>
          <th>candidate</th>
          <th>settings</th>
          <th class="number">${metric}</th>
          <th class="number">±</th>
          <th>what was wrong</th>
        </tr>
        ${candidates.map((candidate) => row(candidate, metric))}
      </table>
      <div class="cards">${Object.values(plots)}</div>
    </html>`.markup;

function row({ family, params, metrics, deviation, problem }: CandidateResult, metric: string): Markup {
  const shown = (value: number | undefined) => value?.toFixed(4) ?? "–";
  return html`<tr>
    <td>${family}</td>
    <td><code>${JSON.stringify(params)}</code></td>
    <td class="number">${shown(metrics?.[metric])}</td>
    <td class="number">${shown(deviation?.[metric])}</td>
    <td>${problem ? sentenceOf(problem) : ""}</td>
  </tr> `;
}
