import { crashConformance } from "./crash-conformance.js";

crashConformance("the embedded drivers", {
  cases: process.env.CI ? 100 : 12,
  seed: 2026,
  environment: async () => ({}),
});
