export { inference, inferenceSettings } from "./service.js";
