import { scopeOfRoute } from "./route-scope.js";

const table: [call: string, scopes: string, model?: string][] = [
  ["GET /health", "open"],
  ["GET /ready", "open"],
  ["GET /metrics", "open"],
  ["GET /v2/health/live", "open"],
  ["POST /health", "admin"],
  ["GET /healthy", "read"],
  ["POST /predict", "predict"],
  ["POST /predict?explain=true", "predict"],
  ["POST /models/iris/predict", "predict", "iris"],
  ["POST /models/iris/predict/batch", "predict", "iris"],
  ["POST /models/iris/feedback", "predict", "iris"],
  ["GET /models/iris/form", "read or predict", "iris"],
  ["GET /v2/models/iris", "read or predict", "iris"],
  ["POST /v2/models/iris/versions/2/infer", "predict", "iris"],
  ["POST /v2/repository/index", "predict"],
  ["POST /v2/repository/models/iris/load", "admin"],
  ["GET /models", "read or predict"],
  ["GET /models/iris", "read or predict", "iris"],
  ["POST /models/iris/rollback", "admin", "iris"],
  ["GET /", "read or predict"],
  ["GET /runs", "read"],
  ["GET /artifacts/sha256:00", "read"],
  ["POST /events", "admin"],
  ["DELETE /dead-letters/1", "admin"],
  ["PATCH /nothing/known", "admin"],
  ["POST http://elsewhere/models/iris/predict", "admin"],
  ["GET /form.js", "open"],
  // As Express finds its routes: whatever the case, and with what it makes of a path that is none.
  ["GET /HEALTH", "open"],
  ["POST /MODELS/iris/Predict", "predict", "iris"],
  ["GET /v2/MODELS/iris", "read or predict", "iris"],
  ["POST /v2/REPOSITORY/models/iris/unload", "admin"],
  ["POST /v2/repository\\models/iris/unload#", "admin"],
  ["GET /models/iris\\predictions#", "admin", "iris\\predictions#"],
  ["POST /predict\xa0", "admin"],
];

describe("the scope of a route", () => {
  it.each(table.map((row) => ({ call: row[0], scopes: row[1], model: row[2] })))("$call: $scopes", (expected) => {
    const { call, scopes, model } = expected;
    const [method, url] = call.split(" ") as [string, string];
    const { open, anyOf, ...route } = scopeOfRoute(method, url);
    expect(open ? "open" : anyOf.join(" or ")).toBe(scopes);
    expect(route.model).toBe(model);
    expect(scopeOfRoute(method, url)).toBe(scopeOfRoute(method, url));
  });
});
