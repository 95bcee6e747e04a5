export * from "./bus.js";
export { openBus } from "./open-bus.js";
export { stopEmbeddedBroker } from "./embedded-driver.js";
export { CONFIRM_WINDOW } from "./publisher.js";
