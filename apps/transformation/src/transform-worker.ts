import { serveJobs } from "@millrace/learning";
import { doTransformJob } from "./transform-job.js";

serveJobs(doTransformJob);
