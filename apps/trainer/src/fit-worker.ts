import { serveJobs } from "@millrace/learning";
import { fitCandidates } from "./fit-candidates.js";

serveJobs(fitCandidates);
