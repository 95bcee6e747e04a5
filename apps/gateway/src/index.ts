export { flow, type FlowStep } from "./flow.js";
export { gateway } from "./service.js";
