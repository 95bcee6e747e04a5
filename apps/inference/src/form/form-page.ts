import type { PredictResponse } from "@millrace/contracts";
import { html, page, type Markup } from "@millrace/pages";
import type { ServedModel } from "../served-model.js";
import { fieldOf, type Feature, type Sent } from "./form-input.js";

export interface FormState {
  readonly served: ServedModel;
  readonly sent: Sent;
  readonly answer?: PredictResponse;
  /** Why there is no answer; what is wrong with single fields stands beside them. */
  readonly problem?: string;
  readonly wrong?: ReadonlyMap<string, string>;
}

const formStyle = `
form{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:1rem;align-items:start}
label{display:block;font-weight:600;overflow-wrap:anywhere}input,select{box-sizing:border-box;width:100%;font:inherit;padding:.4rem;margin-top:.2rem}
input[aria-invalid],select[aria-invalid]{outline:2px solid var(--bad)}button{font:inherit;padding:.5rem 1.5rem}.answer{border:1px solid var(--line);border-radius:6px;padding:1rem;margin:1rem 0}
.answer strong{font-size:1.4rem}.buttons{grid-column:1/-1}meter{width:8rem}`;

const formed = (title: string, body: Markup): string => page(title, body, formStyle);

/** A field for each feature and, once it was sent, the answer above them. */
export function formPage(state: FormState): string {
  const { name, version, model } = state.served;
  return formed(
    `${model.metadata.target} by ${name}`,
    html`<p class="quiet">Version ${version} of ${name}. A field that stays empty counts as missing.</p>
      ${answerPart(state)}
      <form method="post" action="/models/${encodeURIComponent(name)}/form">
        ${model.features.map((feature, index) => fieldPart(feature, index, state))}
        <div class="buttons"><button type="submit">Predict</button></div>
      </form>`,
  );
}

function answerPart({ answer, problem, wrong, served }: FormState): Markup {
  if (problem !== undefined) {
    const places = served.model.features.flatMap(({ name }, index) =>
      wrong?.has(name) ? [html`<li><a href="#${fieldOf(index)}">${name}</a> ${wrong.get(name)}</li>`] : [],
    );
    return html`<div class="answer" role="alert">
      <p class="error">${problem}</p>
      <ul>
        ${places}
      </ul>
    </div>`;
  }
  return answer === undefined ? html`` : html`<div class="answer" role="status">${answerText(answer)}</div>`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function answerText({ prediction, confidence, probabilities, explanation, prediction_id }: PredictResponse): Markup {
  const sure = confidence === undefined ? html`` : html` with a probability of ${percent(confidence)}`;
  const classes = Object.entries(probabilities ?? {}).map(
    ([label, share]) =>
      html`<tr>
        <td>${label}</td>
        <td class="number">${percent(share)}</td>
        <td><meter value="${share}" aria-label="${percent(share)}"></meter></td>
      </tr>`,
  );
  const reasons = explanation?.contributions
    .slice(0, 5)
    .map(
      ({ feature, contribution }) =>
        html`<li>${feature}: ${contribution > 0 ? "+" : ""}${contribution.toFixed(3)}</li>`,
    );
  return html`<p><strong>${prediction}</strong>${sure}</p>
    ${
      classes.length === 0
        ? undefined
        : html`<table>
            <caption class="quiet">
              Every class
            </caption>
            ${classes}
          </table>`
    }
    ${
      reasons &&
      html`<p>What counted most (${explanation!.scale}):</p>
        <ul>
          ${reasons}
        </ul>`
    }
    <p class="quiet">Prediction ${prediction_id}</p>`;
}

function fieldPart(feature: Feature, index: number, { sent, wrong }: FormState): Markup {
  const id = fieldOf(index);
  const problem = wrong?.get(feature.name);
  const described = { markup: `aria-describedby="${id}-hint"${problem === undefined ? "" : ` aria-invalid="true"`}` };
  return html`<div>
    <label for="${id}">${feature.name}</label>
    ${inputPart(feature, id, sent[id] ?? "", described)}
    <span id="${id}-hint" class="${problem === undefined ? "quiet" : "error"}">${problem ?? hintOf(feature)}</span>
  </div>`;
}

// More choices than that are typed in, and the browser suggests.
const MOST_CHOICES = 30;

function inputPart({ kind, categories }: Feature, id: string, value: string, described: Markup): Markup {
  if (kind === "number")
    return html`<input id="${id}" name="${id}" inputmode="decimal" autocomplete="off" value="${value}" ${described} />`;
  if (categories === undefined || categories.length > MOST_CHOICES)
    return html`<input id="${id}" name="${id}" list="${id}-list" autocomplete="off" value="${value}" ${described} />
      <datalist id="${id}-list">
        ${(categories ?? []).map((text) => html`<option value="${text}"></option>`)}
      </datalist>`;
  const choices = ["", ...categories, ...(value === "" || categories.includes(value) ? [] : [value])];
  const chosen = (text: string) => ({ markup: text === value ? " selected" : "" });
  return html`<select id="${id}" name="${id}" ${described}>
    ${choices.map((text) => html`<option value="${text}" ${chosen(text)}>${text}</option>`)}
  </select>`;
}

function hintOf({ kind, min, max, example, date }: Feature): string {
  const inWords = date === true ? dateText : shown;
  const usual = example === null ? "" : `usual: ${inWords(example)}`;
  if (kind === "text" || min === undefined || max === undefined) return usual;
  return `${inWords(min)} to ${inWords(max)}, ${usual}`;
}

const dateText = (milliseconds: number | string): string =>
  new Date(milliseconds).toISOString().replace(/(T00:00)?(:00)?\.000Z$/, "");

const shown = (value: number | string): string =>
  typeof value === "string" ? value : String(Number(value.toPrecision(6)));

/** Where several models serve: a way to the form of each. */
export const formList = (names: readonly string[]): string =>
  formed(
    "Models",
    names.length === 0
      ? html`<p>No model serves yet: let data arrive for a pipeline, then load this page again.</p>`
      : html`<ul>
          ${names.map((name) => html`<li><a href="/models/${encodeURIComponent(name)}/form">${name}</a></li>`)}
        </ul>`,
  );
