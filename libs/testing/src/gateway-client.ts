import { hasEnded, type AcceptedRun, type RunRecord } from "@millrace/contracts";
import { until } from "./until.js";

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  body: Body;
}

export async function call<Body = Record<string, unknown>>(
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Body };
}

/** Lets data arrive, and gives the run that it began. */
export const arrive = async (gateway: string, arrival: { pipeline: string; source?: string }): Promise<AcceptedRun> => {
  const { status, body } = await call<AcceptedRun>(`${gateway}/events`, arrival);
  if (status !== 202) throw new Error(`the arrival was refused: ${JSON.stringify(body)}`);
  return body;
};

/** Waits until the run has ended, however it ended. */
export const endOfRun = (gateway: string, run: string, within = 60_000): Promise<RunRecord> =>
  until(
    `${run} to end`,
    async () => {
      const { body } = await call<RunRecord>(`${gateway}/runs/${run}`);
      return body.status !== undefined && hasEnded(body.status) ? body : undefined;
    },
    { within },
  );
