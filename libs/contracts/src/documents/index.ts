export { asyncApi } from "./asyncapi.js";
export { jsonSchema, messageSchema } from "./json-schemas.js";
export { eventsPage, pipelinePage, table } from "./markdown.js";
