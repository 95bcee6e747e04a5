import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as mlflow from "./index.js";

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Runs an example of the README as it stands there, and answers what it printed. */
async function printedBy(example: string): Promise<string[]> {
  const body = example.replace(/^import \{(.*)\} from "@millrace\/mlflow-client-ts";$/m, "const {$1} = mlflow;");
  const log = jest.fn();
  await AsyncFunction("mlflow", "process", "console", body)(mlflow, process, { log });
  return log.mock.calls.map(([line]) => line as string);
}

test("the examples in the README run one after the other, and print what they made", async () => {
  const readme = await readFile(join(__dirname, "../README.md"), "utf8");
  const [logging, registering, searching, ...more] = [...readme.matchAll(/```js\n([^]*?)```/g)].map(
    ([, code]) => code!,
  );
  expect(more).toEqual([]);
  expect(await printedBy(logging!)).toEqual([expect.stringMatching(/^[0-9a-f]{32}: loss 0.000333/)]);
  expect(await printedBy(registering!)).toEqual([expect.stringMatching(/^models:\/readme-.+@champion is version 1$/)]);
  expect(await printedBy(searching!)).toEqual([
    expect.stringMatching(/^first try: loss 0.000333/),
    "404, retryable false",
  ]);
});
