export { ingestion } from "./service.js";
export { ingestionSettings } from "./settings.js";
