export { trainer } from "./service.js";
export { trainerSettings } from "./settings.js";
