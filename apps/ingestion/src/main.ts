import { runService } from "@millrace/service";
import { ingestion } from "./service.js";

await runService(ingestion);
