import { html, page, type Markup } from "@millrace/pages";
import type { Json } from "./schemas.js";

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

/** The document as a page for people: each call with its parameters, its answers and, where it has a body, a curl. */
export function docsPage(document: Json, address: string): string {
  const paths = Object.entries(document.paths as Record<string, Record<string, Operation>>);
  const operations = paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationPart(method.toUpperCase(), path, operation, address)),
  );
  const { title, description } = document.info as { title: string; description: string };
  const intro = html`<p>${description} For programs: <a href="/openapi.json">openapi.json</a>.</p>`;
  const code = "pre{overflow-x:auto;border:1px solid var(--line);border-radius:6px;padding:.6rem}";
  return page(title, html`${intro} ${operations}`, code);
}

function operationPart(method: string, path: string, operation: Operation, address: string): Markup {
  const { summary = "", parameters = [], responses } = operation;
  const rows = [
    ...parameters.map(({ name, in: place, description = "" }) => [name, place, description] as const),
    ...Object.entries(responses).map(([status, { description }]) => [status, "answer", description] as const),
  ];
  return html`<section>
    <h2><code>${method} ${path}</code></h2>
    <p>${summary}</p>
    ${curlPart(method, path, operation, address)}
    <div class="wide">
      <table>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </table>
    </div>
  </section>`;
}

function curlPart(method: string, path: string, { requestBody }: Operation, address: string): Markup | undefined {
  const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (method === "GET") return html`<pre><code>curl ${address}${path}</code></pre>`;
  if (body?.example === undefined) return undefined;
  const text = JSON.stringify(body.example).replaceAll("'", String.raw`'\''`);
  return html`<pre><code>curl -X ${method} ${address}${path} -H 'content-type: ${type}' -d '${text}'</code></pre>`;
}
