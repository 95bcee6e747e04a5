import express, { type Express, type Request, type Response } from "express";
import { sentenceOf } from "@millrace/contracts";
import { HttpProblem } from "@millrace/service";
import type { Answerer } from "../answer.js";
import { askedBy } from "../asked.js";
import { requireServing } from "../choose-model.js";
import { fieldProblemsOf } from "../row-problem.js";
import type { ServedModel } from "../served-model.js";
import type { Serving } from "../serving.js";
import { featuresOf, wrongFields, type Sent } from "./form-input.js";
import { formList, formPage, type FormState } from "./form-page.js";
import { formScript } from "./form-script.js";
import { FORM_SCRIPT } from "./sign-in-page.js";

export interface FormParts {
  answerer: Answerer;
  serving: Serving;
}

/** A page with a field for each feature, for people. Only where keys are configured does it need a script, to send one. */
export function formRoutes(app: Express, { answerer, serving }: FormParts): void {
  app.get(FORM_SCRIPT, (_request, response) => void response.type("text/javascript").send(formScript));
  app.get("/", (_request, response) => {
    const [only, ...others] = serving.models().values();
    if (only !== undefined && others.length === 0) return send(response, formPage({ served: only, sent: {} }));
    send(response, formList([...serving.models().keys()]), only === undefined ? 503 : 200);
  });
  app.get("/models/:model/form", (request, response) => {
    send(response, formPage({ served: requireServing(serving, request.params.model), sent: {} }));
  });
  const fields = express.urlencoded({ extended: false, limit: "1mb", parameterLimit: 10_000 });
  app.post("/models/:model/form", fields, (request: Request<{ model: string }>, response) => {
    const served = requireServing(serving, request.params.model);
    const sent = { ...(request.body as Sent | undefined) };
    const said = answered(answerer, request, served, sent);
    send(response, formPage({ served, sent, ...said }), said.problem === undefined ? 200 : 422);
  });
}

function answered(answerer: Answerer, request: Request, served: ServedModel, sent: Sent): Partial<FormState> {
  const { name, model } = served;
  const asked = { ...askedBy(request, name, ""), explain: model.explains, probabilities: true, at: "" };
  try {
    return { answer: answerer.one(asked, featuresOf(model.features, sent)) };
  } catch (error) {
    if (!(error instanceof HttpProblem) || error.status !== 422) throw error;
    return { problem: sentenceOf(error.problem), wrong: wrongFields(fieldProblemsOf(error)) };
  }
}

function send(response: Response, page: string, status = 200): void {
  response.status(status).type("html").set("cache-control", "no-store").send(page);
}
