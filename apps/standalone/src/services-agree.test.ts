import { events, flowOf } from "@millrace/contracts";
import { evaluator } from "@millrace/evaluator";
import { ingestion } from "@millrace/ingestion";
import { registry } from "@millrace/registry";
import { trainer } from "@millrace/trainer";
import { transformation } from "@millrace/transformation";
import { validation } from "@millrace/validation";

const services = [ingestion, validation, transformation, trainer, evaluator, registry];
const steps = services.flatMap((service) => (service.steps ?? []).map((step) => ({ service: service.name, step })));
const typesOf = (list: readonly { type: string }[]) => list.map(({ type }) => type).sort();

describe("the services together", () => {
  it("do the steps that the contracts name, with the same events in and out", () => {
    // Deploying is no step of the protocol: each replica of inference does it for itself.
    const known = flowOf(events).filter(({ step }) => step !== "deploy");
    expect(known.map(({ step }) => step).sort()).toEqual(steps.map(({ step }) => step.name).sort());
    for (const { step } of steps) {
      const entry = known.find((one) => one.step === step.name)!;
      expect([step.name, entry.on.type, typesOf(entry.emits)]).toEqual([step.name, step.on.type, typesOf(step.emits)]);
    }
  });

  it("consume every event that names them as its consumer", () => {
    const promised = events.flatMap(({ type, consumers }) => consumers.map((service) => `${service} ${type}`));
    expect(steps.map(({ service, step }) => `${service} ${step.on.type}`).sort()).toEqual(promised.sort());
  });
});
