import { defineService } from "@millrace/service";
import { validateDataset } from "./validate-dataset.js";

export const validation = defineService({ name: "validation", steps: [validateDataset] });
