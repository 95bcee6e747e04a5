import { doLearningJob } from "./learning-job.js";
import { serveJobs } from "./serve-jobs.js";

serveJobs(doLearningJob);
