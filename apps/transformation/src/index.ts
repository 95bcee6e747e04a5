export { transformation } from "./service.js";
