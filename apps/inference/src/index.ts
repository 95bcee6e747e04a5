export { inferenceSettings } from "./inference-settings.js";
export { inference } from "./service.js";
