import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openOnnxThread } from "./onnx-session.js";
// All that is tested with the runtime that npm installed here holds with the native one, too.
import "./runtimes.test.js";

describe("the native runtime", () => {
  it("is the one that these tests ask", async () => {
    expect(process.env.ONNX_RUNTIME).toMatch(/onnxruntime-node$/);
    const thread = await openOnnxThread(readFileSync(join(__dirname, "../fixtures/iris.onnx")));
    expect(thread.runtime).toBe(process.env.ONNX_RUNTIME);
    await thread.close();
  });
});
