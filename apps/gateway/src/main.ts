import { runService } from "@millrace/service";
import { gateway } from "./service.js";

await runService(gateway);
