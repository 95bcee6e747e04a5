import { hasEnded, type RunRecord } from "@millrace/contracts";
import type { FeatureDescription } from "@millrace/learning";

interface ExampleOptions {
  pipeline: string;
  say: (line: string) => void;
  apiKey?: string;
}

interface Urls {
  gateway: string;
  inference: string;
}

/** A pipeline from data arrival to a served prediction, through the same HTTP API that everyone uses. */
export async function runExample(urls: Urls, { pipeline, say, apiKey }: ExampleOptions): Promise<void> {
  const headers = { "content-type": "application/json", ...(apiKey !== undefined && { "x-api-key": apiKey }) };
  const post = (url: string, body: unknown) => fetch(url, { method: "POST", headers, body: JSON.stringify(body) });

  const arrival = await post(`${urls.gateway}/events`, { pipeline, reason: "example" });
  if (!arrival.ok) return say(`${pipeline} did not start: ${((await arrival.json()) as { detail: string }).detail}`);
  const { run, duplicate } = (await arrival.json()) as { run: string; duplicate: boolean };
  say(duplicate ? `The data of ${pipeline} are known from ${run}.` : `Data of ${pipeline} arrived: ${run} …`);
  const ended = await waitForEnd(`${urls.gateway}/runs/${run}`, headers);
  say(`${run}: ${ended.summary}`);
  const model = `${urls.inference}/models/${pipeline}`;
  const features = await exampleFeatures(model, headers, ended.status === "promoted" || duplicate);
  if (features === undefined) return;
  const prediction = await post(`${model}/predict`, { features });
  say(`POST ${model}/predict ${JSON.stringify({ features })}  →  ${JSON.stringify(await prediction.json())}`);
}

/** An ordinary value for each feature, as the served model describes them; undefined where no model serves. */
async function exampleFeatures(model: string, headers: Record<string, string>, promoted: boolean) {
  const served = await until(promoted ? 10_000 : 0, async () => {
    const response = await fetch(model, { headers });
    return response.ok ? ((await response.json()) as { features: FeatureDescription[] }) : undefined;
  }).catch(() => undefined);
  return served && Object.fromEntries(served.features.map(({ name, example }) => [name, example]));
}

async function waitForEnd(url: string, headers: Record<string, string>): Promise<{ status: string; summary: string }> {
  return until(60_000, async () => {
    const run = (await (await fetch(url, { headers })).json()) as { status: RunRecord["status"]; summary: string };
    return hasEnded(run.status) ? run : undefined;
  }).catch(() => ({ status: "running", summary: "still running; `npx millrace runs` shows how it goes on." }));
}

async function until<Result>(milliseconds: number, look: () => Promise<Result | undefined>): Promise<Result> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const result = await look();
    if (result !== undefined) return result;
    if (Date.now() >= deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing came within ${milliseconds} ms`);
}
