// npm run docs: writes every document that follows from the code. With --check it writes nothing, and fails where one
// that is committed is not what the code says.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, root } from "./install.mjs";

await build();
const { events, pipelineSpec, dataSchema, predictRequest, predictResponse } = await import("@millrace/contracts");
const { asyncApi, eventsPage, jsonSchema, messageSchema, pipelinePage, table } =
  await import("@millrace/contracts/documents");
const { platformSettings, portOf, portSetting } = await import("@millrace/service");
const { inferenceSettings } = await import("@millrace/inference");
const { ingestionSettings } = await import("@millrace/ingestion");
const { registrySettings } = await import("@millrace/registry");
const { gcSettings } = await import("@millrace/gateway");
const { trainerSettings } = await import("@millrace/trainer");

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const generated = "libs/contracts/generated";

function configurationPage() {
  const settings = [
    platformSettings,
    ingestionSettings,
    trainerSettings,
    inferenceSettings,
    registrySettings,
    gcSettings,
  ].flatMap((schema) => {
    const { properties, required = [] } = jsonSchema(schema);
    return Object.entries(properties).map(([name, one]) => [
      `\`${name}\``,
      one.enum ? one.enum.map((value) => `\`${value}\``).join(", ") : (one.type ?? "text"),
      one.default === undefined ? (required.includes(name) ? "required" : "unset") : `\`${one.default}\``,
      one.description ?? "",
    ]);
  });
  const ports = Object.entries(portOf).map(([service, port]) => [
    `\`${portSetting(service)}\``,
    "integer",
    `\`${port}\``,
    `The port of ${service}; 0 takes a free one`,
  ]);
  return [
    "<!-- made by `npm run docs`; change libs/service/src/configuration.ts instead -->",
    "# Configuration",
    "",
    "Everything is set by environment variables. A wrong one stops the start, with all mistakes listed; an empty one counts as unset.",
    "",
    ...table(["variable", "value", "default", "meaning"], [...settings, ...ports]),
    "",
  ].join("\n");
}

const documents = {
  "docs/events.md": eventsPage(events),
  "docs/reference/pipeline.md": pipelinePage(),
  "docs/reference/configuration.md": configurationPage(),
  [`${generated}/asyncapi.json`]: json(asyncApi(events)),
  [`${generated}/schemas/pipeline.json`]: json(jsonSchema(pipelineSpec)),
  [`${generated}/schemas/schema.json`]: json(jsonSchema(dataSchema)),
  [`${generated}/schemas/predict-request.json`]: json(jsonSchema(predictRequest)),
  [`${generated}/schemas/predict-response.json`]: json(jsonSchema(predictResponse)),
  ...Object.fromEntries(events.map((event) => [`${generated}/schemas/${event.type}.json`, json(messageSchema(event))])),
};

const isCurrent = ([name, text]) => existsSync(join(root, name)) && readFileSync(join(root, name), "utf8") === text;
const stale = Object.entries(documents).filter((document) => !isCurrent(document));

if (process.argv.includes("--check")) {
  for (const [name] of stale) console.error(`${name} is not what the code says: run \`npm run docs\` and commit it.`);
  console.log(`${Object.keys(documents).length - stale.length} documents are current, ${stale.length} are not.`);
  process.exit(stale.length > 0 ? 1 : 0);
}
for (const [name, text] of stale) {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
  console.log(`wrote ${name}`);
}
