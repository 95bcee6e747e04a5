import { serveJobs } from "@millrace/learning";
import { doEvaluationJob } from "./evaluation-job.js";

serveJobs(doEvaluationJob);
