import { serveJobs } from "@millrace/learning";
import { doFitJob } from "./fit-job.js";

serveJobs(doFitJob);
