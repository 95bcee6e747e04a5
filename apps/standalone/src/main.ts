import { runUntilStopped } from "@millrace/service";
import { startStandalone } from "./start-standalone.js";

await runUntilStopped(() => startStandalone());
