import { runService } from "@millrace/service";
import { registry } from "./service.js";

await runService(registry);
