export interface DatasetInput {
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema?: string;
  profile?: string;
  /** What it was used for: training, validation, test, … */
  context?: string;
}

export const toWireInput = ({ context, sourceType, ...dataset }: DatasetInput) => ({
  dataset: { ...dataset, source_type: sourceType },
  tags: context === undefined ? [] : [{ key: "mlflow.data.context", value: context }],
});
