// npm test: everything that needs no server. Arguments go to nx, for example `npm test -- --projects=storage`.
import { build, install, run } from "./install.mjs";

install({ dev: true });
await build();
run("npx", ["nx", "run-many", "-t", "test", "--parallel=2", "--output-style=static", ...process.argv.slice(2)]);
