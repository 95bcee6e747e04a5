import { defineService } from "@millrace/service";
import { transformDataset } from "./transform-dataset.js";

export const transformation = defineService({ name: "transformation", steps: [transformDataset] });
