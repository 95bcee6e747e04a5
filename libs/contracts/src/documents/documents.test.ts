import { dataArrived, events, modelTrained } from "../events/index.js";
import { asyncApi } from "./asyncapi.js";
import { messageSchema } from "./json-schemas.js";
import { eventsPage, pipelinePage } from "./markdown.js";

describe("the documents", () => {
  it("have a JSON Schema of each whole message, with its type and the fields of its data", () => {
    const schema = messageSchema(dataArrived) as {
      required: string[];
      properties: Record<string, Record<string, unknown>>;
    };
    expect(schema.required).toEqual(expect.arrayContaining(["specversion", "id", "source", "type", "data"]));
    expect(schema.properties.type).toMatchObject({ const: "data.arrived" });
    expect(schema.properties.data).toMatchObject({
      required: ["pipeline"],
      properties: { pipeline: { type: "string" } },
    });
  });

  it("have an AsyncAPI channel for each event and an operation for each service that receives it", () => {
    const document = asyncApi(events);
    expect(Object.keys(document.channels)).toHaveLength(events.length);
    expect(document.channels.model_trained).toMatchObject({ address: "model.trained" });
    expect(document.operations).toMatchObject({ evaluator_model_trained: { action: "receive" } });
    expect(Object.keys(document.operations)).toHaveLength(events.flatMap(({ consumers }) => consumers).length);
  });

  it("list each event with who receives it, and its fields with their meaning", () => {
    const page = eventsPage(events);
    for (const { type, summary } of events)
      expect(page).toContain(`| [${type}](#${type.replaceAll(".", "")}) | ${summary} |`);
    expect(page).toContain(`## ${modelTrained.type}`);
    expect(page).toMatch(/\| `candidates\[\]\.family` \| string \| required \|/);
  });

  it("list each setting of pipeline.yaml with its choices and default", () => {
    const page = pipelinePage();
    expect(page).toMatch(/\| `split\.test` \| number \| {2}\| .*Default `0\.2`/);
    expect(page).toContain("`logistic-regression`, `gradient-boosting`, `random-forest`");
  });
});
