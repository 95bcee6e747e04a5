import type { Express } from "express";
import type { Serving } from "../serving.js";
import { docsPage } from "./docs-page.js";
import { openApiDocument } from "./openapi-document.js";

/** GET /openapi.json for programs and GET /docs for people. */
export function openApiRoutes(app: Express, serving: Serving, defaultModel: string | undefined): void {
  app.get("/openapi.json", (_request, response) => void response.json(openApiDocument(serving, defaultModel)));
  app.get("/docs", (request, response) => {
    const address = `${request.protocol}://${request.get("host") ?? "localhost"}`;
    response.type("html").send(docsPage(openApiDocument(serving, defaultModel), address));
  });
}
