export { runCli } from "./run-cli.js";
export { exitCodes } from "./exit-code.js";
export type { Io } from "./io.js";
