import type { Express } from "express";
import type { DeadLetters } from "@millrace/messaging";
import { notFound } from "@millrace/service";
import { deadLetterQuery, readRequest } from "./request.js";

/** What was given up, and what a person decides about it. */
export function deadLetterRoutes(app: Express, letters: DeadLetters): void {
  app.get("/dead-letters", async (request, response) => {
    response.json({ deadLetters: await letters.list(readRequest(deadLetterQuery, request.query)) });
  });
  app.get("/dead-letters/:id", async (request, response) => {
    const letter = await letters.show(request.params.id);
    if (letter === undefined) throw unknownLetter(request.params.id);
    response.json(letter);
  });
  app.post("/dead-letters/:id/replay", async (request, response) => {
    if (!(await letters.replay(request.params.id))) throw unknownLetter(request.params.id);
    response.status(202).json({ id: request.params.id, replayed: true });
  });
  app.delete("/dead-letters/:id", async (request, response) => {
    if (!(await letters.drop(request.params.id))) throw unknownLetter(request.params.id);
    response.json({ id: request.params.id, dropped: true });
  });
}

const unknownLetter = (id: string) =>
  notFound({
    code: "DEAD_LETTER_UNKNOWN",
    where: id.slice(0, 200),
    message: "there is no dead letter of that id.",
    remedy: "GET /dead-letters or `millrace dead-letters list` lists them.",
  });
