import { runService } from "@millrace/service";
import { trainer } from "./service.js";

await runService(trainer);
