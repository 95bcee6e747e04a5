import { defineService } from "@millrace/service";
import { transformDataset } from "./transform-dataset.js";
import { stopTransforming } from "./transform-pool.js";

export const transformation = defineService({
  name: "transformation",
  steps: [transformDataset],
  start: () => ({ stop: stopTransforming }),
});
