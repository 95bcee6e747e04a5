import type { Express } from "express";
import * as z from "zod";
import { issuesOf, millisecondsOf, type PredictionsPage, type Problem } from "@millrace/contracts";
import { HttpProblem, type Clock } from "@millrace/service";
import { startProcess } from "./log-process.js";
import type { LogStore } from "./log-store.js";
import type { PredictionLog } from "./prediction-log.js";
import { placeOf, type ReadJob } from "./read-page.js";

export interface PredictionsRoutesParts {
  readonly log: PredictionLog;
  readonly store: LogStore;
  readonly spool: string;
  readonly clock: Clock;
}

const AT_ONCE = 2;

/**
 * GET /models/{model}/predictions: the log, page by page, with labels; models that serve no more have one, too.
 * GET /prediction-log: what became of this replica's rows.
 */
export function predictionsRoutes(app: Express, { log, store, spool, clock }: PredictionsRoutesParts): void {
  let reading = 0;
  app.get("/prediction-log", (_request, response) => {
    response.json(log.details());
  });
  app.get("/models/:model/predictions", async (request, response) => {
    const wish = wishOf(request.query, clock());
    if (reading >= AT_ONCE) throw busy();
    reading++;
    try {
      await log.flush();
      response.json(await read({ store, spool, model: request.params.model, ...wish }));
    } finally {
      reading--;
    }
  });
}

type Answer = { page: PredictionsPage } | { problem: Problem; away: boolean };

async function read(job: ReadJob): Promise<PredictionsPage> {
  let answer: Answer | undefined;
  await startProcess<Answer>("read", job, (said) => (answer = said)).ended;
  if (answer !== undefined && "page" in answer) return answer.page;
  throw new HttpProblem(
    answer?.away === true ? 503 : 500,
    answer?.problem ?? {
      code: "LOG_UNREADABLE",
      message: "the prediction log could not be read.",
      remedy: "Ask again.",
    },
  );
}

const text = z.string().max(400).optional();
const query = z.strictObject({
  since: text,
  until: text,
  after: text,
  order: z.enum(["asc", "desc"]).default("asc"),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

const DAY_MS = 86_400_000;
/** The end of the year 9999: days after it do not sort as texts. */
const LAST_MS = 253_402_300_799_999;

function wishOf(given: unknown, now: Date): Pick<ReadJob, "since" | "until" | "order" | "limit" | "after"> {
  const parsed = query.safeParse(given);
  if (!parsed.success) throw wrongQuery(`${issuesOf(parsed.error)}.`);
  const { since, until, after, order, limit } = parsed.data;
  const place = after === undefined ? undefined : placeOf(after);
  if (after !== undefined && place === undefined) throw wrongQuery("`after` is not what a page said as its `next`.");
  const from = since === undefined ? now.getTime() - DAY_MS : timeOf("since", since, now);
  const to = until === undefined ? now.getTime() + DAY_MS : timeOf("until", until, now);
  return { since: from, until: to, order, limit, after: place };
}

/** `15m`, `1d`: so long ago; or a date or time as ISO 8601 has it. */
function timeOf(name: string, text: string, now: Date): number {
  const ago = /^\d+(ms|s|m|h|d)$/.test(text) ? millisecondsOf(text) : undefined;
  const at = ago === undefined ? Date.parse(/^\d{4}-\d\d-\d\d/.test(text) ? text : "") : now.getTime() - ago;
  if (Number.isFinite(at)) return Math.min(Math.max(at, 0), LAST_MS);
  throw wrongQuery(`\`${name}\` is ${JSON.stringify(text.slice(0, 60))}, which is no time.`);
}

const wrongQuery = (message: string): HttpProblem =>
  new HttpProblem(400, {
    code: "QUERY_INVALID",
    message,
    remedy: "Ask ?since=1d&until=2026-11-21T12:00:00Z&order=desc&limit=100, and go on with &after=<next>.",
  });

const busy = (): HttpProblem =>
  new HttpProblem(503, {
    code: "LOG_BUSY",
    message: `${AT_ONCE} readers are at the prediction log already.`,
    remedy: "Ask again in a moment, or read the Parquet files themselves.",
  });
