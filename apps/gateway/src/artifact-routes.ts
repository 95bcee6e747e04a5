import { pipeline } from "node:stream/promises";
import type { Express } from "express";
import { ProblemError, type Digest } from "@millrace/contracts";
import { errorFields, notFound, type Log } from "@millrace/service";
import type { ArtifactStore } from "@millrace/storage";
import * as z from "zod";
import { readRequest } from "./request.js";

const artifactQuery = z.object({
  type: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+$/, "a media type")
    .default("application/octet-stream"),
  name: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "a file name")
    .optional(),
});

/** Streams artifacts. One that turns out corrupt is cut off, so that nobody takes it for whole. */
export function artifactRoutes(app: Express, artifacts: ArtifactStore, log: Log): void {
  app.get("/artifacts/:digest", async (request, response) => {
    const { type, name } = readRequest(artifactQuery, request.query);
    const { digest } = request.params;
    const bytes = await openArtifact(artifacts, digest);
    // Whatever an artifact holds, a browser must not run it as a page of this origin.
    response.set({ "content-type": type, "x-content-type-options": "nosniff", "content-security-policy": "sandbox" });
    if (name !== undefined) response.attachment(name).type(type);
    await pipeline(bytes, response).catch((error: unknown) => {
      response.destroy();
      log.warn("an artifact could not be sent whole", { digest, ...errorFields(error) });
    });
  });
}

async function openArtifact(artifacts: ArtifactStore, digest: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await artifacts.stream({ digest: digest as Digest, name: "the artifact" });
  } catch (error) {
    if (error instanceof ProblemError && error.code === "ARTIFACT_MISSING") throw notFound(error.problem);
    throw error;
  }
}
