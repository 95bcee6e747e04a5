import { crashConformance } from "./crash-conformance.js";
import { flowConformance } from "./flow-conformance.js";
import { freshPlaceOnServers } from "./real-servers.js";

const servers = "RabbitMQ, MongoDB, S3 and MLflow";

flowConformance(servers, { environment: freshPlaceOnServers });

crashConformance("RabbitMQ, with the stores embedded", {
  cases: process.env.CI ? 50 : 6,
  seed: 2027,
  environment: async () => ({ RABBITMQ_URL: (await freshPlaceOnServers()).RABBITMQ_URL! }),
});
