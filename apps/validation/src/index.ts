export { validation } from "./service.js";
