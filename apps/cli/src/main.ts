import { processIo } from "./io.js";
import { runCli } from "./run-cli.js";

// A reader that has seen enough (`millrace runs | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await runCli(process.argv.slice(2), processIo());
