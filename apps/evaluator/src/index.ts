export { evaluator } from "./service.js";
