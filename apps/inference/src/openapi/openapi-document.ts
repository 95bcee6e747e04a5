import type { Serving } from "../serving.js";
import { commonPaths, modelPaths, predictOperation } from "./operations.js";
import { requestSchema, rowSchema, sharedSchemas, type Json } from "./schemas.js";

// A document of more models than that is read by nobody.
const MOST_MODELS = 50;

/** OpenAPI 3.1 of what is served now: the contracts, and each model's own features. */
export function openApiDocument(serving: Serving, defaultModel: string | undefined): Json {
  const models = [...serving.models().values()].slice(0, MOST_MODELS);
  const asked = models.find(({ name }) => name === defaultModel) ?? (models.length === 1 ? models[0] : undefined);
  const own = models.map((served, index) => {
    const [row, request, id] = [`Row${index}`, `Request${index}`, `m${index}`];
    const versions = [...new Set(serving.versions(served.name).map(({ version }) => version))];
    const predict = (operation: string) => ({ post: predictOperation(served, versions, request, operation) });
    const paths: Json = {
      [`/models/${encodeURIComponent(served.name)}/predict`]: predict(`${id}_predict`),
      ...modelPaths(encodeURIComponent(served.name), id),
      ...(served === asked && { "/predict": predict("predict") }),
    };
    return { paths, schemas: { [row]: rowSchema(served), [request]: requestSchema(row) } };
  });
  return {
    openapi: "3.1.0",
    info: {
      title: "Millrace inference",
      version: "1.0.0",
      description: "Predictions of the models that serve now; the document follows them.",
      license: { name: "MIT", identifier: "MIT" },
    },
    security: [{}, { bearer: [] }, { key: [] }],
    paths: Object.assign({}, ...own.map(({ paths }) => paths), commonPaths()) as Json,
    components: {
      schemas: Object.assign({}, sharedSchemas(), ...own.map(({ schemas }) => schemas)) as Json,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        key: { type: "apiKey", in: "header", name: "x-api-key" },
      },
    },
  };
}
