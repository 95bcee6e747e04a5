import { mlflowFolder, serveJobs } from "@millrace/learning";
import type { PackagedFile } from "@millrace/tracking";

serveJobs<Uint8Array, PackagedFile[]>((packed) => [...mlflowFolder(packed).files]);
