import { runService } from "@millrace/service";
import { transformation } from "./service.js";

await runService(transformation);
