import type { RunRecord } from "@millrace/contracts";
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
  const ended = await endOf(`${urls.gateway}/runs/${run}`, headers);
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

/** Hears of the end from the run's own events, as `millrace arrive` does: to ask again and again would slow down the run. */
async function endOf(
  url: string,
  headers: Record<string, string>,
): Promise<Pick<RunRecord, "status"> & { summary: string }> {
  try {
    const { body } = await fetch(`${url}/events`, { headers, signal: AbortSignal.timeout(60_000) });
    let told = "";
    for await (const chunk of body!.pipeThrough(new TextDecoderStream()))
      if ((told += chunk).includes("event: end\n")) break;
    return (await (await fetch(url, { headers })).json()) as Pick<RunRecord, "status"> & { summary: string };
  } catch {
    return { status: "running", summary: "still running; `npx millrace runs` shows how it goes on." };
  }
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
