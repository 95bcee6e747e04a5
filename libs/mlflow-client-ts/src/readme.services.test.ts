import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createMlflowClient } from "./index.js";

test("the example in the README runs, and prints what it registered", async () => {
  const readme = await readFile(join(__dirname, "../README.md"), "utf8");
  const [, example] = /```js\n([^]*?)```/.exec(readme)!;
  const body = example!.replace(/^import .*$/m, "");
  const log = jest.fn();
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  await AsyncFunction("createMlflowClient", "process", "console", body)(createMlflowClient, process, { log });
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/^models:\/readme-.+@champion is version 1$/));
});
