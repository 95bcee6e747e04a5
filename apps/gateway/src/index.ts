export { gateway } from "./service.js";
export { gcSettings } from "./gc/gc-settings.js";
