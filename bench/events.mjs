// The bus: how many events a second it publishes with confirms, and how long one takes to the handler.
// Peer: what is usual, amqplib with each confirm awaited before the next publish, on the same kind of queue.
import amqplib from "amqplib";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataArrived, retrainingRequested } from "../libs/contracts/dist/index.js";
import { openBus, stopEmbeddedBroker } from "../libs/messaging/dist/index.js";
import { defineService, runServices, step } from "../libs/service/dist/index.js";
import { median, quantile } from "./measure.mjs";

const ROUNDS = 5;
const OURS_PER_ROUND = 10_000;
const PEER_PER_ROUND = 1_000;
const HOPS_PER_ROUND = 200;

const STEPS = 500;

export async function run({ log }) {
  const url = process.env.RABBITMQ_URL;
  const rows = [];
  if (url) rows.push(await publishing(url, log), await hop(url, 1.5));
  else log("RABBITMQ_URL is unset: only the embedded driver is measured.");
  rows.push(await hop(undefined, undefined));
  await stopEmbeddedBroker();
  rows.push(await stepProtocol());
  for (const { figure, ours, unit, peer, ratio } of rows)
    log(`${figure}: ${ours} ${unit}${peer ? `, peer ${peer}, ratio ${ratio}` : ""}`);
  return rows;
}

const rounded = (value, digits) => Number(value.toFixed(digits));

/** Both publish the same event to one quorum queue, in turns, so that a busy moment of the machine hits both. */
async function publishing(url, log) {
  const { bus, event, raw, topology, clear } = await setting(url);
  const channel = await raw.createConfirmChannel();
  const body = Buffer.from(JSON.stringify(event));
  const options = { persistent: true, mandatory: true, contentType: "application/cloudevents+json" };
  const oneByOne = () =>
    new Promise((resolve, reject) =>
      channel.publish(topology.exchange, event.type, body, options, (error) => (error ? reject(error) : resolve())),
    );
  const [ours, peer] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const peerRate = await perSecond(PEER_PER_ROUND, async (count) => {
      for (let number = 0; number < count; number += 1) await oneByOne();
    });
    const oursRate = await perSecond(OURS_PER_ROUND, (count) =>
      Promise.all(Array.from({ length: count }, () => bus.publish(event))),
    );
    await channel.purgeQueue(topology.queues[0].name);
    if (round === 0) continue; // the first round warms both up
    ours.push(oursRate);
    peer.push(peerRate);
    log(`round ${round}: ours ${oursRate.toFixed(0)}/s, peer ${peerRate.toFixed(0)}/s`);
  }
  await clear();
  const ratio = median(ours) / median(peer);
  return {
    figure: "publish with confirms, RabbitMQ quorum queue",
    unit: "events/s",
    ours: rounded(median(ours), 0),
    peer: rounded(median(peer), 0),
    ratio: rounded(ratio, 1),
    target: "ratio >= 15",
  };
}

async function perSecond(count, work) {
  const started = performance.now();
  await work(count);
  return count / ((performance.now() - started) / 1_000);
}

/** From just before publish() to the first line of the handler, one event at a time; the peer is bare amqplib, in turns. */
async function hop(url, target) {
  const ours = await oursHop(url);
  const bare = url ? await bareHop(url) : undefined;
  const [times, bareTimes] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [mine, theirs] = [await ours.hops(), bare ? await bare.hops() : []];
    if (round === 0) continue; // the first round warms both up
    times.push(...mine);
    bareTimes.push(...theirs);
  }
  await ours.clear();
  await bare?.clear();
  const place = url ? "RabbitMQ quorum queue" : "embedded";
  return {
    figure: `one hop publish to handler, ${place}, p50 (p99 ${quantile(times, 0.99).toFixed(2)})`,
    unit: "ms",
    ours: rounded(median(times), 3),
    peer: bare ? rounded(median(bareTimes), 3) : null,
    ratio: bare ? rounded(median(times) / median(bareTimes), 2) : null,
    target: target === undefined ? null : `<= ${target}`,
  };
}

async function oursHop(url) {
  const { bus, event, topology, clear } = await setting(url);
  const arrival = { happened: () => {} };
  await bus.consume(topology.queues[0].name, async () => arrival.happened(performance.now()));
  return { hops: () => hops(arrival, () => bus.publish(event)), clear };
}

async function bareHop(url) {
  const { event, raw, topology, clear } = await setting(url);
  const [queue] = topology.queues;
  const consumer = await amqplib.connect(url, { noDelay: true });
  const [from, to] = [await raw.createConfirmChannel(), await consumer.createChannel()];
  const arrival = { happened: () => {} };
  await to.prefetch(50);
  await to.consume(queue.name, (message) => {
    arrival.happened(performance.now());
    to.ack(message);
  });
  const body = Buffer.from(JSON.stringify(event));
  const publish = () =>
    new Promise((resolve) => from.publish(topology.exchange, event.type, body, { persistent: true }, resolve));
  return { hops: () => hops(arrival, publish), clear: () => consumer.close().then(clear) };
}

async function hops(arrival, publish) {
  const times = [];
  for (let number = 0; number < HOPS_PER_ROUND; number += 1) {
    const handled = new Promise((resolve) => (arrival.happened = resolve));
    const started = performance.now();
    const published = publish();
    times.push((await handled) - started);
    await published;
  }
  return times;
}

/**
 * What the step protocol costs a step that does nothing itself: from publishing its event to hearing the event that it
 * says, with parsing, digest, look-up, durable manifest, publishing and acknowledging; files and the embedded broker.
 */
async function stepProtocol() {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const nothing = step({
    name: "ingest",
    on: dataArrived,
    emits: [retrainingRequested],
    run: async () => retrainingRequested({ pipeline: "bench", reason: "none" }),
  });
  const { platform, stop } = await runServices("bench", [defineService({ name: "ingestion", steps: [nothing] })], {
    environment: { MILLRACE_DATA_DIR: folder, LOG_LEVEL: "error", INGESTION_PORT: "0" },
  });
  let said;
  await platform.bus.listen([retrainingRequested.type], () => said());
  const times = [];
  for (let number = 0; number < STEPS; number += 1) {
    const heard = new Promise((resolve) => (said = resolve));
    const event = {
      specversion: "1.0",
      id: randomUUID(),
      source: "/bench",
      type: dataArrived.type,
      data: { pipeline: "bench" },
    };
    const started = performance.now();
    await platform.bus.publish(event);
    await heard;
    if (number >= 50) times.push(performance.now() - started);
  }
  await stop();
  rmSync(folder, { recursive: true, force: true });
  const ours = rounded(median(times), 3);
  return {
    figure: "step protocol, files and embedded broker, p50",
    unit: "ms",
    ours,
    peer: null,
    ratio: null,
    target: "≤ 3",
  };
}

async function setting(url) {
  const name = `bench-${randomUUID().slice(0, 8)}`;
  const topology = {
    exchange: `${name}.events`,
    queues: [{ name: `${name}.q`, routingKey: `${name}.arrived`, service: "bench" }],
  };
  const bus = await openBus({ ...(url && { url }), service: "bench", instance: "1", prefetch: 50 }, topology);
  const data = { dataset: "x".repeat(300) };
  const event = {
    specversion: "1.0",
    id: randomUUID(),
    source: "/millrace/bench",
    type: topology.queues[0].routingKey,
    data,
  };
  const raw = url ? await amqplib.connect(url, { noDelay: true }) : undefined;
  await bus.publish(event);
  await raw?.createChannel().then((channel) => channel.purgeQueue(topology.queues[0].name));
  return { bus, event, raw, topology, clear };

  async function clear() {
    await bus.close();
    if (!raw) return;
    const channel = await raw.createChannel();
    const suffixes = ["", ".dead", ...["1s", "10s", "1m", "10m"].map((rung) => `.retry.${rung}`)];
    for (const suffix of suffixes) await channel.deleteQueue(topology.queues[0].name + suffix);
    await channel.deleteExchange(topology.exchange);
    await raw.close();
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await run({ log: console.log }));
