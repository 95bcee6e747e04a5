import * as z from "zod";
import { issuesOf } from "@millrace/contracts";
import { parseJson } from "../read-body.js";
import { isDatatype, readBinary, type Element } from "./datatypes.js";
import { badRequest } from "./v2-problem.js";

const parameters = z.looseObject({});
const dimension = z.number().int().nonnegative();

const inputSchema = z.looseObject({
  name: z.string(),
  shape: z.array(dimension).min(1).max(8),
  datatype: z.string().refine(isDatatype, "is no datatype of the protocol that is known here"),
  parameters: parameters.extend({ binary_data_size: dimension.optional() }).optional(),
  data: z.array(z.unknown()).optional(),
});

const requestSchema = z.looseObject({
  id: z.string().optional(),
  parameters: parameters.extend({ binary_data_output: z.boolean().optional() }).optional(),
  inputs: z.array(inputSchema).min(1),
  outputs: z
    .array(
      z.looseObject({
        name: z.string(),
        parameters: parameters
          .extend({ binary_data: z.boolean().optional(), classification: z.number().optional() })
          .optional(),
      }),
    )
    .optional(),
});

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row by row. */
  readonly elements: readonly Element[];
}

export interface InferRequest {
  readonly id?: string;
  readonly inputs: readonly Tensor[];
  /** Unset: all that there are, as the whole request wants them. */
  readonly outputs?: readonly { readonly name: string; readonly binary: boolean }[];
  readonly binary: boolean;
}

/** `jsonBytes` is what the header Inference-Header-Content-Length says: behind so many bytes of JSON come the tensors' own. */
export function readInferRequest(body: Buffer, jsonBytes: number | undefined): InferRequest {
  if (jsonBytes !== undefined && jsonBytes > body.length)
    throw badRequest(`Inference-Header-Content-Length is ${jsonBytes}, and the body has ${body.length} bytes.`);
  const parsed = requestSchema.safeParse(parseJson(body.subarray(0, jsonBytes)));
  if (!parsed.success) throw badRequest(`${issuesOf(parsed.error)}.`);
  const { id, inputs, outputs, parameters } = parsed.data;
  const binary = parameters?.binary_data_output === true;
  const binaries = binariesIn(body.subarray(jsonBytes ?? body.length));
  const tensors = inputs.map((input) => readInput(input, binaries.take));
  binaries.end();
  return { id, binary, inputs: tensors, outputs: outputs?.map((output) => wantedOutput(output, binary)) };
}

type Input = z.infer<typeof inputSchema>;
type Output = NonNullable<z.infer<typeof requestSchema>["outputs"]>[number];

function wantedOutput({ name, parameters }: Output, binary: boolean) {
  if (parameters?.classification !== undefined)
    throw badRequest(`output "${name}": the classification extension is not offered; ask for "probabilities".`);
  return { name, binary: parameters?.binary_data ?? binary };
}

/** The tensors' bytes lie behind each other, in the order of the inputs. */
function binariesIn(bytes: Buffer) {
  let at = 0;
  const take = (name: string, size: number): Buffer => {
    if (at + size > bytes.length) throw badRequest(`the body ends within the bytes of input "${name}".`);
    at += size;
    return bytes.subarray(at - size, at);
  };
  const end = () => {
    if (at < bytes.length) throw badRequest(`${bytes.length - at} bytes of the body belong to no input.`);
  };
  return { take, end };
}

function readInput(input: Input, take: (name: string, size: number) => Buffer): Tensor {
  const { name, shape, datatype, data } = input;
  const count = shape.reduce((product, size) => product * size, 1);
  const size = input.parameters?.binary_data_size;
  if ((size === undefined) === (data === undefined))
    throw badRequest(`input "${name}" needs either data or the parameter binary_data_size.`);
  const elements = size === undefined ? elementsIn(input, count) : readBinary(name, datatype, take(name, size), count);
  return { name, shape, elements };
}

/** Data may be nested as the shape is, or flat. */
function elementsIn({ name, datatype, data }: Input, count: number): Element[] {
  const elements = (data as unknown[]).flat(8) as Element[];
  if (elements.length !== count)
    throw badRequest(`input "${name}" has ${elements.length} elements, and its shape is of ${count}.`);
  const wanted = datatype === "BYTES" ? "string" : datatype === "BOOL" ? "boolean" : "number";
  const wrong = elements.findIndex((element) => element !== null && typeof element !== wanted);
  if (wrong < 0) return elements;
  throw badRequest(`input "${name}" is of ${datatype}, and its element ${wrong + 1} is no ${wanted}.`);
}
