import { Writable } from "node:stream";
import { errorFields, openLog } from "./log.js";

function logged(write: (log: ReturnType<typeof openLog>) => void): string {
  let text = "";
  const stream = new Writable({
    write(bytes, _encoding, done) {
      text += String(bytes);
      done();
    },
  });
  write(openLog({ LOG_LEVEL: "info" }, { service: "test" }, stream));
  return text;
}

const hostile = 'end"}\n{"level":"error","message":"forged"}\r\u0000\u001b[2J\u009b2J\u2028\u202eabc\u2066\u200b';

describe("the log", () => {
  it("keeps a line a line, whatever a caller sends, and reads back as it was sent", () => {
    const text = logged((log) => {
      log.info(hostile, { path: `/models/${hostile}`, [hostile]: [hostile], ...errorFields(new Error(hostile)) });
      log.with({ run: hostile }).error("second");
    });
    const lines = text.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: "info", message: hostile, [hostile]: [hostile] });
    expect(JSON.parse(lines[1]!)).toMatchObject({ level: "error", run: hostile, service: "test" });
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u200b]/);
  });
});
