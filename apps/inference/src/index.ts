export { inference } from "./service.js";
