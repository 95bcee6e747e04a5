import { HttpProblem } from "@millrace/service";
import { csvFormat, htmlFormat, ndjsonFormat, type BatchFormat } from "./batch-formats.js";
import { isJson } from "./read-body.js";
import type { ServedModel } from "./served-model.js";

export type BodyKind = "json" | "ndjson" | "csv" | "form";

const kinds: readonly (readonly [BodyKind, RegExp])[] = [
  ["ndjson", /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines)\b/i],
  ["csv", /^(text\/csv|application\/csv)\b/i],
  ["form", /^multipart\/form-data\b/i],
];

export function kindOfBody(contentType: string | undefined): BodyKind {
  if (isJson(contentType)) return "json";
  const found = kinds.find(([, form]) => form.test(contentType ?? ""));
  if (found !== undefined) return found[0];
  throw new HttpProblem(415, {
    code: "MEDIA_TYPE_UNSUPPORTED",
    message: "the body is of a kind that is not read here.",
    remedy: "Send application/json, application/x-ndjson, text/csv, or a form with a file (multipart/form-data).",
  });
}

/** As the caller accepts it; who accepts anything gets what came in. */
export function chooseFormat(accept: string | undefined, came: "csv" | "ndjson", served: ServedModel): BatchFormat {
  const wanted = (accept ?? "").split(",").map((each) => each.split(";")[0]!.trim().toLowerCase());
  for (const type of wanted) {
    if (type === "text/html") return htmlFormat(served);
    if (type === "text/csv") return csvFormat();
    if (type === "application/x-ndjson" || type === "application/ndjson" || type === "application/jsonl")
      return ndjsonFormat();
  }
  return came === "csv" ? csvFormat() : ndjsonFormat();
}
