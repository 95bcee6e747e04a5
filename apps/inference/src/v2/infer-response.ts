import type { PredictResponse } from "@millrace/contracts";
import type { LoadedModel } from "@millrace/learning";
import { binaryNumbers, binaryTexts } from "./datatypes.js";
import type { InferRequest } from "./infer-request.js";
import { badRequest } from "./v2-problem.js";

interface OutputTensor {
  readonly name: string;
  readonly datatype: "BYTES" | "FP64";
  readonly shape: readonly number[];
  readonly data: readonly (string | number)[];
}

type About = Pick<LoadedModel, "task" | "classes">;

/** What a model gives for a row: -1 stands for the number of rows. */
export function outputsOf({ task, classes }: About) {
  const said = task === "regression" ? { name: "value", datatype: "FP64" } : { name: "label", datatype: "BYTES" };
  const probabilities = {
    name: "probabilities",
    datatype: "FP64",
    shape: [-1, classes.length],
    parameters: { classes: classes.join(",") },
  };
  return [
    { ...said, shape: [-1] },
    ...(task === "regression" ? [] : [probabilities]),
    { name: "prediction_id", datatype: "BYTES", shape: [-1] },
  ];
}

function tensorsOf(answers: readonly PredictResponse[], { task, classes }: About): OutputTensor[] {
  const rows = answers.length;
  const predictions = answers.map(({ prediction }) => prediction);
  const ids = answers.map(({ prediction_id }) => prediction_id);
  const id: OutputTensor = { name: "prediction_id", datatype: "BYTES", shape: [rows], data: ids };
  if (task === "regression") return [{ name: "value", datatype: "FP64", shape: [rows], data: predictions }, id];
  const probabilities = answers.flatMap((answer) => classes.map((label) => answer.probabilities![label]!));
  return [
    { name: "label", datatype: "BYTES", shape: [rows], data: predictions },
    { name: "probabilities", datatype: "FP64", shape: [rows, classes.length], data: probabilities },
    id,
  ];
}

export interface InferResponse {
  readonly json: Buffer;
  /** The tensors that were wanted as bytes, behind each other; unset where none was. */
  readonly binary?: Buffer;
}

export function inferResponse(
  { id, outputs, binary }: InferRequest,
  answers: readonly PredictResponse[],
  about: About,
): InferResponse {
  const known = tensorsOf(answers, about);
  const wanted = outputs ?? known.map(({ name }) => ({ name, binary }));
  const parts = wanted.map((want) =>
    encoded(known.find(({ name }) => name === want.name) ?? unknownOutput(want.name, known), want.binary),
  );
  const { model, model_version } = answers[0]!;
  const json = {
    model_name: model,
    model_version: String(model_version),
    ...(id !== undefined && { id }),
    outputs: parts.map(({ told }) => told),
  };
  const bytes = parts.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]));
  return { json: Buffer.from(JSON.stringify(json)), ...(bytes.length > 0 && { binary: Buffer.concat(bytes) }) };
}

function encoded({ data, ...about }: OutputTensor, binary: boolean) {
  if (!binary) return { told: { ...about, data } };
  const bytes = about.datatype === "BYTES" ? binaryTexts(data as string[]) : binaryNumbers(data as number[]);
  return { told: { ...about, parameters: { binary_data_size: bytes.length } }, bytes };
}

function unknownOutput(name: string, known: readonly OutputTensor[]): never {
  throw badRequest(`there is no output "${name}"; there are ${known.map((output) => output.name).join(", ")}.`);
}
