import { flowConformance } from "./flow-conformance.js";

flowConformance("the embedded drivers", { environment: async () => ({}) });
