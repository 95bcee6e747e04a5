import { runService } from "@millrace/service";
import { validation } from "./service.js";

await runService(validation);
