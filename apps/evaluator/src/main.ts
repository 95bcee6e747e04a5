import { runService } from "@millrace/service";
import { evaluator } from "./service.js";

await runService(evaluator);
