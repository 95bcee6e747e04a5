// npm start: everything in one process.
import { build, install } from "./install.mjs";

install({ dev: false });
await build();
await import("../apps/standalone/dist/main.js");
