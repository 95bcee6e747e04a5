import { HttpProblem } from "@millrace/service";

const CRLF = "\r\n";
const MOST_HEAD_BYTES = 16_384;

/** The bytes of the first file of a form, as they come. */
export async function* fileOfForm(chunks: AsyncIterable<Buffer>, contentType: string): AsyncGenerator<Buffer> {
  const [, quoted, plain] = /boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw formInvalid("its content-type names no boundary.");
  const end = Buffer.from(`${CRLF}--${boundary}`);
  let rest = Buffer.from(CRLF);
  let state: "head" | "file" | "done" = "head";
  for await (const chunk of chunks) {
    if (state === "done") continue;
    rest = Buffer.concat([rest, chunk]);
    if (state === "head") {
      const begin = beginOfFile(rest, end);
      if (begin === undefined && rest.length > MOST_HEAD_BYTES) throw formInvalid("no file comes first in it.");
      if (begin === undefined) continue;
      rest = rest.subarray(begin);
      state = "file";
    }
    const stop = rest.indexOf(end);
    if (stop >= 0) state = "done";
    // What could be the beginning of the boundary waits for the next chunk.
    const sure = stop >= 0 ? stop : Math.max(0, rest.length - end.length + 1);
    if (sure > 0) yield rest.subarray(0, sure);
    rest = rest.subarray(sure);
  }
  if (state === "head") throw formInvalid("there is no file in it.");
  if (state === "file") throw formInvalid("it ends in the middle.");
}

/** Behind the head of the first part that has a file's name. */
function beginOfFile(bytes: Buffer, boundary: Buffer): number | undefined {
  for (let at = bytes.indexOf(boundary); at >= 0; at = bytes.indexOf(boundary, at + boundary.length)) {
    const end = bytes.indexOf(CRLF + CRLF, at + boundary.length);
    if (end < 0) return undefined;
    if (/filename/i.test(bytes.toString("latin1", at, end))) return end + 4;
  }
  return undefined;
}

const formInvalid = (message: string): HttpProblem =>
  new HttpProblem(400, {
    code: "FORM_MALFORMED",
    where: "multipart/form-data",
    message,
    remedy: "Send a form with one file, CSV or NDJSON.",
  });
