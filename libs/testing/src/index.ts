export * from "./gateway-client.js";
export * from "./own-server.js";
export * from "./platform-process.js";
export * from "./step-context.js";
export * from "./temporary-folder.js";
export * from "./until.js";
