interface ExampleOptions {
  say: (line: string) => void;
  apiKey?: string;
}

const flower = [5.1, 3.5, 1.4, 0.2];

/** Iris from data arrival to a served prediction, through the same HTTP API that everyone uses. */
export async function runExample(urls: { gateway: string; inference: string }, { say, apiKey }: ExampleOptions) {
  const headers = { "content-type": "application/json", ...(apiKey !== undefined && { "x-api-key": apiKey }) };
  const post = (url: string, body: unknown) => fetch(url, { method: "POST", headers, body: JSON.stringify(body) });

  const arrival = await post(`${urls.gateway}/events`, { pipeline: "iris", reason: "example" });
  if (!arrival.ok)
    return say(`The iris example did not start: ${((await arrival.json()) as { detail: string }).detail}`);
  const { run, duplicate } = (await arrival.json()) as { run: string; duplicate: boolean };
  say(duplicate ? `The iris data are known from ${run}.` : `Iris data arrived: ${run} …`);
  const ended = await waitForEnd(`${urls.gateway}/runs/${run}`, headers);
  say(`${run}: ${ended.summary}`);
  const prediction = await askUntilServed(() => post(`${urls.inference}/models/iris/predict`, { features: flower }));
  if (prediction !== undefined) say(`POST /predict {"features":[${flower}]}  →  ${JSON.stringify(prediction)}`);
}

async function waitForEnd(url: string, headers: Record<string, string>): Promise<{ status: string; summary: string }> {
  return until(60_000, async () => {
    const run = (await (await fetch(url, { headers })).json()) as { status: string; summary: string };
    return run.status === "running" ? undefined : run;
  }).catch(() => ({ status: "running", summary: "still running; `npx millrace runs` shows how it goes on." }));
}

const askUntilServed = (ask: () => Promise<Response>): Promise<unknown> =>
  until(10_000, async () => {
    const response = await ask();
    return response.ok ? ((await response.json()) as unknown) : undefined;
  }).catch(() => undefined);

async function until<Result>(milliseconds: number, look: () => Promise<Result | undefined>): Promise<Result> {
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline) {
    const result = await look();
    if (result !== undefined) return result;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing came within ${milliseconds} ms`);
}
