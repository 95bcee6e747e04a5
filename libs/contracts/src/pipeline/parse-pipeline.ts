import { dataSchema, type DataSchema } from "./data-schema.js";
import { pipelineSpec, type PipelineSpec } from "./pipeline-spec.js";
import { parseYaml, type YamlSource } from "./yaml-document.js";

export const parsePipeline = (source: YamlSource): PipelineSpec => parseYaml(pipelineSpec, source, "PIPELINE_INVALID");

export const parseDataSchema = (source: YamlSource): DataSchema => parseYaml(dataSchema, source, "SCHEMA_INVALID");
