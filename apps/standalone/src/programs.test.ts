import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, resolve } from "node:path";

const root = resolve(__dirname, "../../..");

/** A bundle and the chunks that are loaded with it, as one text. */
function loadedWith(file: string, seen = new Set<string>()): string {
  if (seen.has(file)) return "";
  seen.add(file);
  const text = readFileSync(file, "utf8");
  const chunks = [...text.matchAll(/^(?:import|export|\} from)\b[^"'(]*["'](\.[^"']+)["']/gm)].map(
    (found) => found[1]!,
  );
  return text + chunks.map((chunk) => loadedWith(join(dirname(file), chunk), seen)).join("");
}

const program = (path: string): string => loadedWith(join(root, path));
const packagesIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/^\/\/ (?:\.\.\/)*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)/gm)].map((found) => found[1]!));

describe("a program that was built", () => {
  it("brings along all that it imports, and finds the native packages by require alone", () => {
    for (const path of [
      "apps/inference/dist/main.js",
      "apps/gateway/dist/main.js",
      "apps/trainer/dist/fit-worker.js",
    ]) {
      const imported = [...program(path).matchAll(/^import\b[^"'(]*["']([^."'][^"']*)["']/gm)].map(
        (found) => found[1]!,
      );
      expect(imported.filter((name) => !isBuiltin(name))).toEqual([]);
    }
  });

  it("loads no driver before a setting asks for it", () => {
    const loaded = packagesIn(program("apps/inference/dist/main.js"));
    expect(loaded).toContain("express");
    for (const driver of ["amqplib", "mongodb", "@aws-sdk/client-s3", "pg", "mysql2", "smqp"])
      expect(loaded).not.toContain(driver);
  });

  it("finds the files of the projects it is made of", () => {
    const thread = program("apps/trainer/dist/fit-worker.js");
    expect(thread).toContain(`new URL("../../../libs/kernels/dist/program.js", import.meta.url)`);
    expect(thread).not.toContain("millrace-root:");
  });
});
