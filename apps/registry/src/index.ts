export { registry } from "./service.js";
export { registrySettings } from "./settings.js";
