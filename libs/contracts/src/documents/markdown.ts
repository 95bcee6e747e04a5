import type { AnyEvent } from "../define-event.js";
import { pipelineSpec } from "../pipeline/pipeline-spec.js";
import { dataSchema } from "../pipeline/data-schema.js";
import { jsonSchema } from "./json-schemas.js";

interface Node {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  description?: string;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  additionalProperties?: Node | boolean;
  $ref?: string;
  $defs?: Record<string, Node>;
}

interface Row {
  path: string;
  type: string;
  required: boolean;
  text: string;
}

const made = "<!-- made by `npm run docs`; change the contracts instead -->";

/** docs/events.md: what each event says, who receives it, and its fields. */
export const eventsPage = (events: readonly AnyEvent[]): string =>
  [
    made,
    "# Events",
    "",
    "CloudEvents 1.0, structured JSON, on the durable topic exchange `millrace.events`; the routing key is the type. Every event",
    "carries the extension attributes `run`, `pipeline` and `traceparent`. The gateway's ledger hears all of them.",
    "",
    ...table(
      ["event", "says", "goes to"],
      events.map((event) => [link(event.type), event.summary, goesTo(event)]),
    ),
    ...events.flatMap(eventSection),
  ].join("\n") + "\n";

function goesTo({ consumers, heardBy, transient }: AnyEvent): string {
  const replicas = Object.keys(heardBy).map((service) => `${service} (every replica)`);
  return [...consumers, ...replicas].join(", ") || (transient ? "whoever watches" : "the ledger");
}

const link = (type: string): string => `[${type}](#${type.replaceAll(".", "")})`;

const eventSection = (event: AnyEvent): string[] => [
  "",
  `## ${event.type}`,
  "",
  `${event.summary}. Version ${event.version}.`,
  "",
  ...fieldTable(jsonSchema(event.schema) as Node),
];

/** docs/reference/pipeline.md: each setting of pipeline.yaml and schema.yaml. */
export const pipelinePage = (): string =>
  [
    made,
    "# pipeline.yaml",
    "",
    "A folder with a `pipeline.yaml` under the pipelines folder is a pipeline. What is not listed here is refused, with file, line",
    "and column.",
    "",
    ...fieldTable(jsonSchema(pipelineSpec) as Node),
    "",
    "# schema.yaml",
    "",
    "Named by `schema` in pipeline.yaml. Without it the schema is inferred from the training rows of the first dataset.",
    "",
    ...fieldTable(jsonSchema(dataSchema) as Node),
  ].join("\n") + "\n";

const fieldTable = (schema: Node): string[] =>
  table(
    ["field", "type", "", "meaning"],
    rowsOf(schema, schema, "").map(({ path, type, required, text }) => [
      `\`${path}\``,
      type,
      required ? "required" : "",
      text,
    ]),
  );

function rowsOf(root: Node, schema: Node, prefix: string): Row[] {
  const node = resolve(root, schema);
  const own = Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const target = resolve(root, member);
    const { required = [] } = node;
    const row = { path, type: typeOf(root, target), required: required.includes(name), text: textOf(member, target) };
    return [row, ...inner(root, target, path)];
  });
  return own;
}

/** The members of objects and of the objects in lists; of artifact references only the name is worth a line. */
function inner(root: Node, node: Node, path: string): Row[] {
  if (node.properties !== undefined) return isArtifact(node) ? [] : rowsOf(root, node, path);
  const item = node.items && resolve(root, node.items);
  if (item === undefined) return [];
  const branches = item.anyOf ?? [item];
  return branches.flatMap((branch) => rowsOf(root, branch, `${path}[]`));
}

const isArtifact = (node: Node): boolean =>
  node.properties?.digest !== undefined && node.properties.mediaType !== undefined;

const resolve = (root: Node, node: Node): Node =>
  node.$ref === undefined ? node : { ...root.$defs?.[node.$ref.replace("#/$defs/", "")], ...without(node) };

const without = ({ $ref: _ref, ...rest }: Node): Node => rest;

function typeOf(root: Node, node: Node): string {
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (isArtifact(node)) return "artifact";
  if (node.items !== undefined) return `list of ${plural(typeOf(root, resolve(root, node.items)))}`;
  if (node.anyOf !== undefined)
    return [...new Set(node.anyOf.map((branch) => typeOf(root, resolve(root, branch))))].join(" or ");
  if (node.type === "object" && node.properties === undefined) return "map";
  return [node.type ?? "any"].flat().join(" or ");
}

const plural = (type: string): string => (/^[a-z]+$/.test(type) ? `${type}s` : type);

function textOf(member: Node, target: Node): string {
  const text = member.description ?? (isArtifact(target) ? "" : (target.description ?? ""));
  const fallback = member.default ?? target.default;
  const shown =
    fallback === undefined || JSON.stringify(fallback) === "{}" ? "" : `Default \`${JSON.stringify(fallback)}\`.`;
  return [text && `${text}.`.replace(/\.\.$/, "."), shown].filter(Boolean).join(" ");
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)];
}
