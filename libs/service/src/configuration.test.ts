import { ProblemError } from "@millrace/contracts";
import { platformSettings, readPort, readSettings, refuseOpenAddress } from "./configuration.js";

const read = (environment: Record<string, string>) => readSettings(platformSettings, environment);

describe("settings", () => {
  it("fall back to the embedded drivers when nothing is set, or set to nothing", () => {
    expect(read({ RABBITMQ_URL: "" })).toMatchObject({ HOST: "127.0.0.1", MILLRACE_DATA_DIR: ".millrace" });
    expect(read({}).RABBITMQ_URL).toBeUndefined();
  });

  it("tell every mistake at once", () => {
    const wrong = () => read({ RABBITMQ_URL: "http://broker", MESSAGE_PREFETCH: "many", LOG_LEVEL: "loud" });
    expect(wrong).toThrow(/3 setting\(s\).*LOG_LEVEL.*RABBITMQ_URL.*MESSAGE_PREFETCH/);
  });

  it("give each service a port of its own, and name the variable that is wrong", () => {
    expect(readPort("gateway", {})).toBe(8080);
    expect(readPort("inference", { INFERENCE_PORT: "9000" })).toBe(9000);
    expect(() => readPort("inference", { INFERENCE_PORT: "99999" })).toThrow(/INFERENCE_PORT/);
  });

  it("refuse an open address without a key, and allow it with one", () => {
    expect(() => refuseOpenAddress(read({ HOST: "0.0.0.0" }))).toThrow(ProblemError);
    expect(() => refuseOpenAddress(read({ HOST: "0.0.0.0", MILLRACE_API_KEY: "k".repeat(16) }))).not.toThrow();
    expect(() => refuseOpenAddress(read({ HOST: "::1" }))).not.toThrow();
  });
});
