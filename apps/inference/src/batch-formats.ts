import type { PredictResponse } from "@millrace/contracts";
import { html, style, type Markup } from "@millrace/pages";
import type { HttpProblem } from "@millrace/service";
import type { BatchRow } from "./batch-rows.js";
import type { ServedModel } from "./served-model.js";

/** How answers are written. Each part is text that is ready to be sent. */
export interface BatchFormat {
  readonly type: string;
  /** So many rows are answered, the others are only read. */
  readonly mostRows: number;
  head(columns: readonly string[] | undefined): string;
  answer(row: BatchRow, response: PredictResponse): string;
  problem(row: BatchRow, problem: HttpProblem): string;
  /** `left`: rows beyond mostRows; `problem`: why the stream was given up. */
  tail(left: number, problem?: HttpProblem): string;
}

export const ndjsonFormat = (): BatchFormat => ({
  type: "application/x-ndjson",
  mostRows: Infinity,
  head: () => "",
  answer: ({ line }, response) => `${JSON.stringify({ line, ...response })}\n`,
  problem: ({ line }, { problem }) => `${JSON.stringify({ line, error: problem })}\n`,
  tail: (_left, problem) => (problem === undefined ? "" : `${JSON.stringify({ error: problem.problem })}\n`),
});

const said = ["prediction", "confidence", "model_version", "prediction_id", "error"];

/** The cells that came in, and behind them what was said of them; where none came in, the line's number. */
export function csvFormat(): BatchFormat {
  let width = 0;
  const line = (row: BatchRow, more: readonly unknown[]) => {
    const cells = width === 0 ? [row.line] : Array.from({ length: width }, (_, index) => row.cells?.[index] ?? "");
    return `${[...cells, ...more].map(csvCell).join(",")}\n`;
  };
  return {
    type: "text/csv; charset=utf-8; header=present",
    mostRows: Infinity,
    head(columns) {
      width = columns?.length ?? 0;
      return `${[...(columns ?? ["line"]), ...said].map(csvCell).join(",")}\n`;
    },
    answer: (row, { prediction, confidence, model_version: version, prediction_id: id }) =>
      line(row, [prediction, confidence ?? "", version, id, ""]),
    problem: (row, { problem }) => line(row, ["", "", "", "", `line ${row.line}: ${problem.message}`]),
    tail: (_left, problem) =>
      problem === undefined ? "" : line({ line: 0, features: [] }, ["", "", "", "", problem.problem.message]),
  };
}

function csvCell(value: unknown): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const SHOWN_ROWS = 1000;

/** A page for people: no script, and no more rows than somebody looks at. */
export function htmlFormat({ name, version }: ServedModel): BatchFormat {
  let columns: readonly string[] = [];
  const row = (cells: readonly Markup[]) =>
    `${
      html`<tr>
        ${cells}
      </tr>`.markup
    }\n`;
  const given = ({ cells }: BatchRow) => columns.map((_, index) => html`<td>${cells?.[index] ?? ""}</td>`);
  return {
    type: "text/html; charset=utf-8",
    mostRows: SHOWN_ROWS,
    head(names) {
      columns = names ?? [];
      const title = `Predictions of ${name}, version ${version}`;
      const heads = ["line", ...columns, "prediction", "confidence"].map((each) => html`<th scope="col">${each}</th>`);
      const start = html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>`;
      const body = html`</style></head><body><main><h1>${title}</h1><div class="wide"><table><thead><tr>${heads}</tr></thead><tbody>`;
      return `${start.markup}${style}${body.markup}\n`;
    },
    answer: (each, { prediction, confidence }) =>
      row([
        html`<td class="number">${each.line}</td>`,
        ...given(each),
        html`<td>${prediction}</td>`,
        html`<td class="number">${confidence === undefined ? "" : `${(100 * confidence).toFixed(1)} %`}</td>`,
      ]),
    problem: (each, { problem }) =>
      row([
        html`<td class="number">${each.line}</td>`,
        ...given(each),
        html`<td class="error" colspan="2">${problem.message}</td>`,
      ]),
    tail(left, problem) {
      const rest =
        left > 0 ? html`<p>${left} more rows were not answered: ask for text/csv to get all.</p>` : undefined;
      const end = problem === undefined ? undefined : html`<p class="error">${problem.problem.message}</p>`;
      return html`</tbody></table></div>${rest}${end}</main></body></html>`.markup;
    },
  };
}
