#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write(
    "NOT_BUILT: the command line is not built yet. Run `npm run build` in the folder of Millrace.\n",
  );
  process.exitCode = 1;
}
