import type { Express, Response } from "express";
import { hasEnded, type RunRecord } from "@millrace/contracts";
import { errorFields, type Log } from "@millrace/service";
import type { Versioned } from "@millrace/storage";
import type { EventStreams } from "./event-stream.js";
import type { LiveUpdates } from "./live-updates.js";
import { readRequest, resumeRequest, runQuery } from "./request.js";
import { resumeRun, type ResumeParts } from "./resume-run.js";
import { listRuns, runNamed } from "./run-records.js";
import { runLine, runView } from "./run-view.js";

export interface RunParts extends ResumeParts {
  live: LiveUpdates;
  streams: EventStreams;
  log: Log;
}

const SNAPSHOT = 50;

/** The ledger, read once or followed live, and the operator's word to go on. */
export function runRoutes(app: Express, parts: RunParts): void {
  const { runs, manifests } = parts;
  app.get("/runs", async (request, response) => {
    const { records, next } = await listRuns(runs, readRequest(runQuery, request.query));
    response.json({ runs: records.map(({ value }) => runLine(value)), ...(next !== undefined && { next }) });
  });
  app.get("/runs/:id", async (request, response) => {
    response.json(await runView((await runNamed(runs, request.params.id)).value, manifests));
  });
  app.post("/runs/:id/resume", async (request, response) => {
    const { from } = readRequest(resumeRequest, request.body);
    response.status(202).json(await resumeRun(request.params.id, from, parts));
  });
  app.get("/runs/:id/events", async (request, response) => {
    await runNamed(runs, request.params.id);
    await followRun(request.params.id, response, parts);
  });
  app.get("/events", async (_request, response) => followAll(response, parts));
}

/** The run as it is now, then each change in the order of the versions, until it has ended. */
async function followRun(run: string, response: Response, { runs, manifests, live, streams, log }: RunParts) {
  const stream = streams.open(response);
  let sent = 0;
  let last: Promise<void> = Promise.resolve();

  async function show({ value, version }: Versioned<RunRecord>): Promise<void> {
    if (version <= sent) return;
    sent = version;
    stream.send({ id: String(version), event: "run", data: await runView(value, manifests), key: "run" });
    if (!hasEnded(value.status)) return;
    stream.send({ event: "end", data: { run, status: value.status }, key: "end" });
    stream.end();
  }

  const changed = (record: Versioned<RunRecord>) => {
    last = last
      .then(() => show(record))
      .catch((error: unknown) => {
        log.warn("a live update could not be sent", errorFields(error));
        stream.end();
      });
  };
  const progressed = (_run: string, { data, time }: { data: unknown; time?: string }) =>
    stream.send({ event: "progress", data: { run, at: time, ...(data as object) }, key: "progress" });
  stream.onClose(live.follow(run, { changed, progressed }));
  changed(await runNamed(runs, run));
}

/** The newest runs as they are now, then each change of any run, without an end. */
async function followAll(response: Response, { runs, live, streams }: RunParts): Promise<void> {
  const stream = streams.open(response);
  const isNews = openNews();
  let early: Versioned<RunRecord>[] | undefined = [];
  const show = (record: Versioned<RunRecord>) => {
    if (!isNews(record)) return;
    const { key, value, version } = record;
    stream.send({ id: `${key}/${version}`, event: "run", data: runLine(value), key: `run/${key}` });
  };
  const changed = (record: Versioned<RunRecord>) => void (early === undefined ? show(record) : early.push(record));
  const progressed = (run: string, { data, time }: { data: unknown; time?: string }) =>
    stream.send({ event: "progress", data: { run, at: time, ...(data as object) }, key: `progress/${run}` });
  stream.onClose(live.follow(undefined, { changed, progressed }));
  const { records } = await listRuns(runs, { limit: SNAPSHOT });
  records.forEach(isNews);
  stream.send({ event: "snapshot", data: { runs: records.map(({ value }) => runLine(value)) }, key: "snapshot" });
  early.forEach(show);
  early = undefined;
}

const REMEMBERED = 1_000;

/** Whether a follower has not seen this version of a run yet: a page that is read again is no news by itself. */
function openNews(): (record: Versioned<RunRecord>) => boolean {
  const seen = new Map<string, number>();
  return ({ key, version }) => {
    if (version <= (seen.get(key) ?? 0)) return false;
    seen.delete(key);
    seen.set(key, version);
    if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value!);
    return true;
  };
}
