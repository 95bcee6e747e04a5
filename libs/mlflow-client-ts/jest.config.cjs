module.exports = { ...require("../../jest.preset.cjs"), displayName: "mlflow-client-ts" };
