import { createMlflowClient, type MlflowClientOptions } from "./index.js";
import {
  answering,
  fakeServer,
  hangingUp,
  neverAnswering,
  nobodysAddress,
  type FakeServer,
} from "./fake-server-for-test.js";

let server: FakeServer;
let waits: number[];
afterEach(() => server?.close());
beforeEach(() => {
  waits = [];
});

/** A client that notes how long it would wait, and does not. */
const clientOf = (options: Partial<MlflowClientOptions> = {}) => {
  const sleep = async (ms: number) => void waits.push(ms);
  const retry = { random: () => 0.5, sleep, ...options.retry };
  return createMlflowClient({ trackingUri: server.trackingUri, ...options, retry });
};
const experiment = { experiment: { experiment_id: "7", name: "a", artifact_location: "x", lifecycle_stage: "active" } };
const fail = () => {
  throw new Error("no error came");
};
const busy = { error_code: "TEMPORARILY_UNAVAILABLE", message: "busy" };

describe("what is repeated", () => {
  test("a read is repeated after an outage, with waits that grow and are jittered", async () => {
    server = await fakeServer(answering(503, busy), answering(500, "oops"), hangingUp, answering(200, experiment));
    expect(await clientOf().experiments.getByName("a")).toMatchObject({ experimentId: "7" });
    expect(waits).toEqual([200, 400, 800]);
  });

  test("a call that raced with another for a row of the server's database is done again", async () => {
    const raced = {
      error_code: "BAD_REQUEST",
      message: "(sqlite3.IntegrityError) UNIQUE constraint failed: aliases.name",
    };
    server = await fakeServer(answering(400, raced), answering(200, experiment));
    await expect(clientOf().experiments.getByName("a")).resolves.toMatchObject({ experimentId: "7" });
  });

  test("a name that is taken is taken for good, whatever the server's database says below it", async () => {
    const message =
      "Experiment(name=a) already exists. Error: (sqlite3.IntegrityError) UNIQUE constraint failed: x.name";
    server = await fakeServer(answering(400, { error_code: "RESOURCE_ALREADY_EXISTS", message }));
    const refusal = { code: "RESOURCE_ALREADY_EXISTS", retryable: false };
    await expect(clientOf().experiments.create({ name: "a" })).rejects.toMatchObject(refusal);
  });

  test("a search is repeated although it is a POST", async () => {
    server = await fakeServer(answering(502, "bad gateway"), answering(200, {}));
    expect(
      (
        await clientOf()
          .runs.search({ experimentIds: ["1"] })
          .next()
      ).done,
    ).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  test("a tag, a batch, an alias and an upload are repeated: they set something to a value", async () => {
    server = await fakeServer(...[0, 1, 2, 3].flatMap(() => [answering(503, busy), answering(200)]));
    await clientOf().runs.setTag("r", "k", "v");
    await clientOf().runs.logBatch("r", { params: { a: "1" } });
    await clientOf().aliases.set("m", "champion", "1");
    await clientOf().artifacts.upload("mlflow-artifacts:/1/r/artifacts", "f", Uint8Array.of(1));
    expect(server.requests).toHaveLength(8);
  });

  test.each([
    ["an outage", answering(503, busy)],
    ["a connection that breaks", hangingUp],
  ])("a creation is not repeated after %s: it may have been done", async (_case, answer) => {
    server = await fakeServer(answer);
    const creating = clientOf().runs.create({ experimentId: "1" });
    await expect(creating).rejects.toMatchObject({ retryable: true, sent: true });
    expect(server.requests).toHaveLength(1);
  });

  test("a creation is repeated when nobody was there to hear it", async () => {
    server = await fakeServer(answering(200, { experiment_id: "7" }));
    const refused = Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } });
    let tried = 0;
    const late: typeof fetch = (...call) => (++tried === 1 ? Promise.reject(refused) : fetch(...call));
    expect(await clientOf({ fetch: late }).experiments.create({ name: "a" })).toEqual({ experimentId: "7" });
    expect(tried).toBe(2);
  });

  test("a mistake of the caller is not repeated", async () => {
    server = await fakeServer(answering(400, { error_code: "INVALID_PARAMETER_VALUE", message: "no such name" }));
    const error = { code: "INVALID_PARAMETER_VALUE", status: 400, retryable: false, message: "no such name" };
    await expect(clientOf().experiments.getByName("a")).rejects.toMatchObject(error);
    expect(server.requests).toHaveLength(1);
  });

  test("it ends after the tries it was given, with the last error", async () => {
    server = await fakeServer(answering(503, busy));
    const reading = clientOf({ retry: { tries: 3 } }).experiments.getByName("a");
    await expect(reading).rejects.toMatchObject({ code: "TEMPORARILY_UNAVAILABLE" });
    expect(server.requests).toHaveLength(3);
  });

  test("a health check asks once", async () => {
    server = await fakeServer(answering(503, "starting"));
    await expect(clientOf().server.health()).rejects.toMatchObject({ code: "HTTP_503" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("Retry-After", () => {
  test.each([429, 503])("seconds in a %i are waited for", async (status) => {
    server = await fakeServer(answering(status, busy, { "retry-after": "7" }), answering(200, experiment));
    await clientOf().experiments.getByName("a");
    expect(waits).toEqual([7_000]);
  });

  test("a date is waited for", async () => {
    const date = new Date(Date.now() + 20_000).toUTCString();
    server = await fakeServer(answering(429, busy, { "retry-after": date }), answering(200, experiment));
    await clientOf().experiments.getByName("a");
    expect(waits[0]).toBeGreaterThan(15_000);
    expect(waits[0]).toBeLessThanOrEqual(20_000);
  });

  test("a pause longer than allowed is not waited for: the error says how long", async () => {
    server = await fakeServer(answering(429, busy, { "retry-after": "3600" }));
    await expect(clientOf().experiments.getByName("a")).rejects.toMatchObject({ retryAfterMs: 3_600_000 });
    expect(waits).toEqual([]);
  });
});

describe("no answer", () => {
  test("a server that keeps silent is a time-out of every try", async () => {
    server = await fakeServer(neverAnswering);
    const reading = clientOf({ timeoutMs: 30, retry: { tries: 2 } }).experiments.getByName("a");
    await expect(reading).rejects.toMatchObject({ code: "TIMEOUT", retryable: true });
    expect(server.requests).toHaveLength(2);
  });

  test("an answer whose body never ends is a time-out too", async () => {
    server = await fakeServer((_request, response) => void response.writeHead(200).write("{"));
    const reading = clientOf({ timeoutMs: 50, retry: { tries: 1 } }).experiments.getByName("a");
    await expect(reading).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  test("an upload has its own, longer time", async () => {
    server = await fakeServer(neverAnswering);
    const client = clientOf({ timeoutMs: 600_000, transferTimeoutMs: 30, retry: { tries: 1 } });
    const uploading = client.artifacts.upload("mlflow-artifacts:/1/r/artifacts", "f", Uint8Array.of(1));
    await expect(uploading).rejects.toMatchObject({ code: "TIMEOUT", message: expect.stringContaining("30 ms") });
  });

  test("an address at which nobody listens is unreachable, and says which address", async () => {
    const trackingUri = await nobodysAddress();
    const reading = clientOf({ trackingUri }).experiments.create({ name: "a" });
    await expect(reading).rejects.toMatchObject({ code: "UNREACHABLE", retryable: true, sent: false });
    await expect(reading).rejects.toThrow(trackingUri);
    expect(waits).toHaveLength(3);
  });
});

describe("answers that are not MLflow's", () => {
  test("a refused host is explained", async () => {
    server = await fakeServer(answering(403, "Invalid Host header - possible DNS rebinding attack detected"));
    const reading = clientOf().experiments.getByName("a");
    await expect(reading).rejects.toMatchObject({ code: "HOST_NOT_ALLOWED", status: 403, retryable: false });
    await expect(reading).rejects.toThrow("--allowed-hosts");
  });

  test("missing credentials are explained", async () => {
    server = await fakeServer(answering(401, "You are not authenticated."));
    await expect(clientOf().experiments.getByName("a")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("a log-in page that says 200 is not taken for an answer", async () => {
    server = await fakeServer(answering(200, "<html>Log in</html>"));
    await expect(clientOf().experiments.getByName("a")).rejects.toMatchObject({ code: "NOT_MLFLOW" });
  });

  test("a proxy's error page is quoted", async () => {
    server = await fakeServer(answering(404, "<h1>nothing here</h1>"));
    const error = { code: "HTTP_404", message: expect.stringContaining("nothing here") };
    await expect(clientOf().experiments.getByName("a")).rejects.toMatchObject(error);
  });
});

describe("where and as whom", () => {
  test("a tracking URI with a path keeps it", async () => {
    server = await fakeServer(answering(200, experiment));
    await clientOf({ trackingUri: `${server.trackingUri}/mlflow/` }).experiments.getByName("a b");
    expect(server.requests).toEqual(["GET /mlflow/api/2.0/mlflow/experiments/get-by-name?experiment_name=a+b"]);
  });

  test.each([
    ["a name and a password", { username: "ada", password: "pä" }, `Basic ${Buffer.from("ada:pä").toString("base64")}`],
    ["a token", { token: "t0k" }, "Bearer t0k"],
  ])("%s are sent", async (_case, auth, authorization) => {
    server = await fakeServer(answering(200, experiment));
    await clientOf({ auth }).experiments.getByName("a");
    expect(server.headers[0]).toMatchObject({ authorization });
  });

  test("a name and a password in the URI are sent as such and not shown in errors", async () => {
    server = await fakeServer(answering(404, "none"));
    const trackingUri = server.trackingUri.replace("//", "//ada:s%40cret@");
    const error: Error = await clientOf({ trackingUri })
      .experiments.getByName("a")
      .then(fail, (thrown) => thrown);
    expect(error.message).not.toContain("cret");
    expect(server.headers[0]!.authorization).toBe(`Basic ${Buffer.from("ada:s@cret").toString("base64")}`);
  });

  test.each(["localhost:5000", "file:///tmp/mlruns", "", "databricks"])(
    "%p is no tracking URI",
    async (trackingUri) => {
      expect(() => createMlflowClient({ trackingUri })).toThrow("http://127.0.0.1:5000");
    },
  );
});
