import { parseCloudEvent } from "./cloud-event.js";
import { dataOf } from "./define-event.js";
import { dataArrived, events, eventOfType, modelTrained } from "./events/index.js";
import { envelope, inputDigest, runOf } from "./identity.js";
import { ARRIVALS_QUEUE, LEDGER_QUEUE, TRAINING_JOBS_QUEUE, topologyOf } from "./topology.js";

const arrival = {
  ...{ specversion: "1.0" as const, id: "1", source: "/test", type: "data.arrived" },
  data: { pipeline: "iris" },
};

describe("an envelope", () => {
  it("is read from bytes, and keeps attributes that nobody here knows", () => {
    const read = parseCloudEvent(Buffer.from(JSON.stringify({ ...arrival, colour: "blue" })));
    expect(read).toEqual({ ...arrival, colour: "blue" });
  });

  it.each([
    ["not JSON", "{", "EVENT_NOT_JSON"],
    ["a list", "[]", "EVENT_MALFORMED"],
    ["an event without a type", JSON.stringify({ ...arrival, type: undefined }), "EVENT_MALFORMED"],
    ["an event of another version", JSON.stringify({ ...arrival, specversion: "0.3" }), "EVENT_MALFORMED"],
  ])("is refused when it is %s", (_what, text, code) => {
    expect(() => parseCloudEvent(text)).toThrow(expect.objectContaining({ code }));
  });

  it("names each wrong attribute", () => {
    expect(() => parseCloudEvent({ ...arrival, id: "", time: "yesterday" })).toThrow(/id: .*time: /);
  });
});

describe("the data of an event", () => {
  it("are read tolerantly: unknown fields stay, defaults are filled in", () => {
    expect(dataOf(dataArrived, { ...arrival, data: { pipeline: "iris", more: 1 } })).toEqual({
      pipeline: "iris",
      more: 1,
    });
  });

  it("are refused by the name of the field", () => {
    expect(() => dataOf(dataArrived, { ...arrival, data: {} })).toThrow(/data\.arrived: pipeline: /);
  });

  it("are refused when their major version is newer than the one known here, and read when it is not", () => {
    expect(() => dataOf(dataArrived, { ...arrival, dataschema: "urn:millrace:data.arrived:2" })).toThrow(/version 2/);
    expect(dataOf(dataArrived, { ...arrival, dataschema: "urn:millrace:data.arrived:1" })).toEqual(arrival.data);
  });
});

describe("identity", () => {
  const from = { service: "ingestion", step: "ingest", run: "run-1", time: new Date(0) };

  it("gives the same run to the same event, and another to another", () => {
    expect(runOf(arrival)).toBe(runOf({ ...arrival, data: { pipeline: "churn" } }));
    expect(runOf(arrival)).not.toBe(runOf({ ...arrival, id: "2" }));
    expect(runOf(arrival)).not.toBe(runOf({ ...arrival, source: "/elsewhere" }));
    expect(runOf({ ...arrival, run: "run-given" })).toBe("run-given");
  });

  it("gives the same id to what says the same, whenever it is said", () => {
    const said = envelope(dataArrived, dataArrived({ pipeline: "iris" }), from);
    const again = envelope(dataArrived, dataArrived({ pipeline: "iris" }), { ...from, time: new Date(5) });
    expect(again.id).toBe(said.id);
    expect(envelope(dataArrived, dataArrived({ pipeline: "churn" }), from).id).not.toBe(said.id);
    expect(envelope(dataArrived, dataArrived({ pipeline: "iris" }), { ...from, run: "run-2" }).id).not.toBe(said.id);
  });

  it("makes a step's input of its event's data and its version alone", () => {
    const step = { name: "ingest", version: 1 };
    expect(inputDigest({ ...arrival, id: "2", run: "run-2", traceparent: "00-a" }, step)).toBe(
      inputDigest(arrival, step),
    );
    expect(inputDigest(arrival, { ...step, version: 2 })).not.toBe(inputDigest(arrival, step));
    expect(inputDigest({ ...arrival, data: { pipeline: "churn" } }, step)).not.toBe(inputDigest(arrival, step));
  });
});

describe("the topology", () => {
  it("has one queue for each consumer of each event, and the ledger for all", () => {
    const { queues } = topologyOf(events);
    expect(queues).toContainEqual({
      name: "trainer.dataset.transformed",
      routingKey: "dataset.transformed",
      service: "trainer",
    });
    expect(queues).toEqual(expect.arrayContaining([LEDGER_QUEUE, ARRIVALS_QUEUE, TRAINING_JOBS_QUEUE]));
    expect(new Set(queues.map(({ name }) => name)).size).toBe(queues.length);
    expect(queues).toHaveLength(events.flatMap(({ consumers }) => consumers).length + 3);
  });

  it("knows each event by its type, once", () => {
    expect(new Set(events.map(({ type }) => type)).size).toBe(events.length);
    expect(eventOfType("model.trained")).toBe(modelTrained);
    expect(eventOfType("nobody.knows")).toBeUndefined();
  });
});
