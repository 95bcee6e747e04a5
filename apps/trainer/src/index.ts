export { trainer } from "./service.js";
