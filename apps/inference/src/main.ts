import { runService } from "@millrace/service";
import { inference } from "./service.js";

await runService(inference);
