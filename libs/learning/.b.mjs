// libs/tables/src/open-tables.ts
import { DuckDBInstance } from "@duckdb/node-api";

// libs/contracts/src/artifact.ts
import { z } from "zod";
var artifactRef = z.looseObject({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/).transform((digest) => digest),
  size: z.number().int().nonnegative(),
  mediaType: z.string().min(1),
  name: z.string().min(1).describe("A file name for people; the digest is what identifies the artifact")
}).meta({ id: "ArtifactRef", description: "A reference to immutable bytes in the artifact store" });

// libs/contracts/src/canonical-json.ts
import { createHash } from "node:crypto";
function canonicalJson(value) {
  return JSON.stringify(
    value,
    (_key, member) => member !== null && typeof member === "object" && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)) : member
  );
}
var sha256 = (bytes2) => `sha256:${createHash("sha256").update(bytes2).digest("hex")}`;
var digestOf = (value) => sha256(canonicalJson(value));

// libs/contracts/src/cloud-event.ts
import { z as z3 } from "zod";

// libs/contracts/src/problem.ts
import { z as z2 } from "zod";
var problemSchema = z2.looseObject({
  code: z2.string().regex(/^[A-Z][A-Z0-9_]*$/),
  message: z2.string().min(1),
  where: z2.string().optional(),
  remedy: z2.string().optional()
}).meta({ id: "Problem" });
var ProblemError = class extends Error {
  problem;
  constructor(problem, options) {
    super(sentenceOf(problem), options);
    this.name = "ProblemError";
    this.problem = problem;
  }
  get code() {
    return this.problem.code;
  }
};
var sentenceOf = ({ message, where, remedy }) => [where ? `${where}: ${message}` : message, remedy].filter(Boolean).join(" ");

// libs/contracts/src/cloud-event.ts
var nonEmpty = z3.string().min(1);
var cloudEventSchema = z3.looseObject({
  specversion: z3.literal("1.0"),
  id: nonEmpty,
  source: nonEmpty,
  type: nonEmpty,
  time: z3.iso.datetime({ offset: true }).optional(),
  subject: nonEmpty.optional(),
  datacontenttype: z3.literal("application/json").optional(),
  dataschema: nonEmpty.optional(),
  run: nonEmpty.optional(),
  pipeline: nonEmpty.optional(),
  attempt: z3.number().int().nonnegative().optional(),
  traceparent: z3.string().optional(),
  data: z3.unknown()
}).meta({ id: "CloudEvent" });

// libs/contracts/src/define-event.ts
function defineEvent(definition) {
  const { type, version = 1, summary: summary2, consumers = [], transient = false, data } = definition;
  const emit = (value) => ({ type, data: value });
  return Object.assign(emit, {
    type,
    version,
    summary: summary2,
    consumers,
    transient,
    schema: data
  });
}

// libs/contracts/src/events/data-arrived.ts
import { z as z4 } from "zod";
var dataArrived = defineEvent({
  type: "data.arrived",
  summary: "New data have landed for a pipeline",
  consumers: ["ingestion"],
  data: z4.looseObject({
    pipeline: z4.string().min(1),
    source: z4.string().min(1).optional().describe("A file that replaces the source of pipeline.yaml for this run"),
    reason: z4.string().optional().describe("What noticed the arrival: folder, http, cli, retraining, \u2026")
  })
});

// libs/contracts/src/events/dataset-ingested.ts
import { z as z6 } from "zod";

// libs/contracts/src/events/parts.ts
import { z as z5 } from "zod";
var name = z5.string().min(1);
var ofPipeline = {
  pipeline: name.describe("The name in pipeline.yaml"),
  spec: artifactRef.describe("The parsed pipeline.yaml that this run began with")
};
var sourceRef = z5.looseObject({
  location: z5.string().describe("Where the rows came from"),
  digest: z5.string().optional().describe("sha256 of the source's bytes")
});
var datasetRef = z5.looseObject({
  source: sourceRef,
  rows: z5.looseObject({ total: z5.number().int(), train: z5.number().int(), test: z5.number().int() }),
  train: artifactRef.describe("The training rows as Parquet"),
  test: artifactRef.describe("The untouched test rows as Parquet; only the evaluator scores on them")
});
var finding = z5.looseObject({
  ...problemSchema.shape,
  severity: z5.enum(["warning", "error"]),
  column: z5.string().optional(),
  rows: z5.number().int().optional().describe("How many rows it concerns"),
  examples: z5.array(z5.string()).optional()
}).meta({ id: "Finding" });
var metrics = z5.record(z5.string(), z5.number());
var trackedRun = z5.looseObject({ runId: name, experiment: name });
var modelVersionRef = z5.looseObject({ version: z5.number().int().positive(), package: artifactRef });
var trainedModel = {
  ...ofPipeline,
  dataset: datasetRef,
  package: artifactRef.describe("Preprocessor and model, as inference loads them"),
  family: name,
  metrics: metrics.describe("Cross-validated on the training rows"),
  tracking: trackedRun
};
var verdict = {
  ...trainedModel,
  report: artifactRef.describe("The evaluator's report as JSON"),
  challenger: metrics.describe("The new model on the test rows"),
  champion: z5.looseObject({ version: z5.number().int().positive(), generation: z5.number().int(), metrics }).optional().describe("The model that served when the verdict was given, on the same rows"),
  reason: z5.string().describe("The verdict in a sentence")
};
var deploymentChange = {
  pipeline: name,
  model: name,
  version: z5.number().int().positive(),
  package: artifactRef,
  generation: z5.number().int().positive().describe("Grows with each change of the deployment; an older one is refused"),
  previous: z5.number().int().positive().optional().describe("The version that served before"),
  reason: z5.string()
};

// libs/contracts/src/events/dataset-ingested.ts
var datasetIngested = defineEvent({
  type: "dataset.ingested",
  summary: "The source was read, split and written as Parquet",
  consumers: ["validation"],
  data: z6.looseObject({
    ...ofPipeline,
    ...datasetRef.shape,
    schema: artifactRef.optional().describe("schema.yaml, where the pipeline has one"),
    columns: z6.array(z6.looseObject({ name: z6.string(), kind: z6.enum(["number", "text"]) }))
  })
});

// libs/contracts/src/events/dataset-rejected.ts
import { z as z7 } from "zod";
var datasetRejected = defineEvent({
  type: "dataset.rejected",
  summary: "The dataset broke its schema: the run ends here and the champion goes on serving",
  consumers: [],
  data: z7.looseObject({
    ...ofPipeline,
    dataset: datasetRef,
    report: artifactRef,
    findings: z7.array(finding),
    summary: z7.string()
  })
});

// libs/contracts/src/events/dataset-transformed.ts
import { z as z8 } from "zod";
var datasetTransformed = defineEvent({
  type: "dataset.transformed",
  summary: "Preprocessing was fitted on the training rows and applied; arrays are ready",
  consumers: ["trainer"],
  data: z8.looseObject({
    ...ofPipeline,
    dataset: datasetRef,
    schema: artifactRef,
    preprocessor: artifactRef.describe("The fitted preprocessing as JSON"),
    inputs: z8.array(z8.string()).describe("The columns of the dataset that are learned from"),
    features: z8.array(z8.string()).describe("The columns of the arrays"),
    classes: z8.array(z8.string()).describe("The labels, in the order of their codes"),
    arrays: z8.looseObject({
      trainX: artifactRef,
      trainY: artifactRef,
      testX: artifactRef,
      testY: artifactRef
    })
  })
});

// libs/contracts/src/events/dataset-validated.ts
import { z as z9 } from "zod";
var datasetValidated = defineEvent({
  type: "dataset.validated",
  summary: "The dataset is as its schema says; warnings may be in the report",
  consumers: ["transformation"],
  data: z9.looseObject({
    ...ofPipeline,
    dataset: datasetRef,
    schema: artifactRef.describe("The schema that it was checked against"),
    report: artifactRef,
    warnings: z9.array(finding)
  })
});

// libs/contracts/src/events/drift-detected.ts
import { z as z10 } from "zod";
var driftDetected = defineEvent({
  type: "drift.detected",
  summary: "What is asked of a model no longer looks like what it learned from",
  consumers: [],
  data: z10.looseObject({
    pipeline: z10.string(),
    model: z10.string(),
    version: z10.number().int().positive(),
    columns: z10.array(z10.looseObject({ name: z10.string(), distance: z10.number() })),
    report: artifactRef.optional()
  })
});

// libs/contracts/src/events/model-approved.ts
import { z as z11 } from "zod";
var modelApproved = defineEvent({
  type: "model.approved",
  summary: "The model passed every gate against the champion",
  consumers: ["registry"],
  data: z11.looseObject({ ...verdict, evaluation: z11.number().int().positive().default(1) })
});

// libs/contracts/src/events/model-deployed.ts
import { z as z12 } from "zod";
var modelDeployed = defineEvent({
  type: "model.deployed",
  summary: "An inference replica answers with this version",
  consumers: [],
  data: z12.looseObject({
    pipeline: z12.string(),
    model: z12.string(),
    version: z12.number().int().positive(),
    generation: z12.number().int().positive(),
    replica: z12.string(),
    loadSeconds: z12.number()
  })
});

// libs/contracts/src/events/model-promoted.ts
import { z as z13 } from "zod";
var modelPromoted = defineEvent({
  type: "model.promoted",
  summary: "A version became the champion",
  consumers: [],
  data: z13.looseObject({
    ...deploymentChange,
    exported: z13.string().optional().describe("Where the package was exported to")
  })
});

// libs/contracts/src/events/model-rejected.ts
import { z as z14 } from "zod";
var modelRejected = defineEvent({
  type: "model.rejected",
  summary: "The model did not pass: the champion goes on serving",
  consumers: ["registry"],
  data: z14.looseObject({ ...verdict, failedGates: z14.array(z14.string()) })
});

// libs/contracts/src/events/model-rolled-back.ts
import { z as z15 } from "zod";
var modelRolledBack = defineEvent({
  type: "model.rolled-back",
  summary: "An earlier version serves again",
  consumers: [],
  data: z15.looseObject(deploymentChange)
});

// libs/contracts/src/events/model-trained.ts
import { z as z16 } from "zod";
var modelTrained = defineEvent({
  type: "model.trained",
  summary: "A model was chosen, fitted on all training rows and packaged",
  consumers: ["evaluator"],
  data: z16.looseObject({
    ...trainedModel,
    candidates: z16.array(
      z16.looseObject({
        family: z16.string(),
        params: z16.record(z16.string(), z16.unknown()),
        metrics: metrics.optional(),
        problem: problemSchema.optional().describe("Why this candidate was not fitted")
      })
    ),
    evaluation: z16.number().int().positive().default(1).describe("Grows when the champion changed under a verdict")
  })
});

// libs/contracts/src/events/retraining-requested.ts
import { z as z17 } from "zod";
var retrainingRequested = defineEvent({
  type: "retraining.requested",
  summary: "A pipeline is to run again on the data of its source",
  consumers: ["ingestion"],
  data: z17.looseObject({
    pipeline: z17.string().min(1),
    reason: z17.string()
  })
});

// libs/contracts/src/events/rollback-requested.ts
import { z as z18 } from "zod";
var rollbackRequested = defineEvent({
  type: "rollback.requested",
  summary: "An operator wants an earlier version of a model to serve again",
  consumers: ["registry"],
  data: z18.looseObject({
    model: z18.string().min(1),
    version: z18.number().int().positive().optional().describe("Unset: the version that served before"),
    generation: z18.number().int().positive().describe("The deployment as the operator saw it; a later change refuses this"),
    reason: z18.string()
  })
});

// libs/contracts/src/events/step-failed.ts
import { z as z19 } from "zod";
var stepFailed = defineEvent({
  type: "step.failed",
  summary: "A step gave up: its message is among the dead letters",
  consumers: [],
  data: z19.looseObject({
    step: z19.string(),
    problem: problemSchema,
    attempts: z19.number().int(),
    event: z19.looseObject({ id: z19.string(), type: z19.string() })
  })
});

// libs/contracts/src/events/step-progress.ts
import { z as z20 } from "zod";
var stepProgress = defineEvent({
  type: "step.progress",
  summary: "How far a step is; for watching, not for deciding",
  transient: true,
  data: z20.looseObject({
    step: z20.string(),
    state: z20.enum(["started", "working", "retrying"]),
    message: z20.string(),
    done: z20.number().optional(),
    total: z20.number().optional(),
    problem: problemSchema.optional()
  })
});

// libs/contracts/src/http/gateway.ts
import { z as z21 } from "zod";
var arrivalRequest = z21.strictObject({
  pipeline: z21.string().min(1),
  source: z21.string().min(1).optional(),
  reason: z21.string().optional()
}).meta({ id: "ArrivalRequest" });
var acceptedRun = z21.object({
  run: z21.string(),
  pipeline: z21.string(),
  event: z21.string().describe("The id of the event that was published"),
  duplicate: z21.boolean().describe("True where this arrival had already begun a run")
}).meta({ id: "AcceptedRun" });

// libs/contracts/src/http/predict.ts
import { z as z22 } from "zod";
var cellValue = z22.union([z22.number(), z22.string(), z22.boolean(), z22.null()]);
var predictRequest = z22.strictObject({
  features: z22.union([z22.array(cellValue), z22.record(z22.string(), cellValue)]).describe("By position, or by name")
}).meta({ id: "PredictRequest" });
var predictResponse = z22.object({
  prediction: z22.string(),
  confidence: z22.number().describe("The probability of the predicted class"),
  probabilities: z22.record(z22.string(), z22.number()),
  model: z22.string(),
  model_version: z22.number().int(),
  prediction_id: z22.string()
}).meta({ id: "PredictResponse" });

// libs/contracts/src/pipeline/data-schema.ts
import { z as z23 } from "zod";
var column = z23.strictObject({
  name: z23.string().min(1),
  type: z23.enum(["number", "text"]),
  required: z23.boolean().default(true).describe("Whether the column has to be there"),
  missing: z23.number().min(0).max(1).default(0).describe("The largest share of missing values"),
  min: z23.number().optional(),
  max: z23.number().optional(),
  categories: z23.array(z23.string()).optional().describe("The known values of a text column"),
  severity: z23.enum(["warning", "error"]).default("error").describe("What a breach of range or categories is")
});
var dataSchema = z23.strictObject({ columns: z23.array(column).min(1) }).meta({ id: "DataSchema", description: "schema.yaml: what the columns of a dataset must look like" });

// libs/contracts/src/pipeline/pipeline-spec.ts
import { z as z24 } from "zod";
var name2 = z24.string().min(1);
var share = z24.number().gt(0).lt(1);
var source = z24.strictObject({
  kind: z24.literal("files").default("files"),
  path: name2.describe("A CSV or Parquet file, relative to the folder of pipeline.yaml")
});
var trigger = z24.strictObject({
  watch: name2.describe("A folder: when a data file lies there beside _SUCCESS, a run begins")
});
var target = z24.strictObject({
  column: name2.describe("The column to predict"),
  positive: z24.coerce.string().optional().describe("For two classes: the one that metrics such as F1 are about")
});
var split = z24.strictObject({
  test: share.default(0.2).describe("The share of rows that only the evaluator scores on"),
  stratify: z24.boolean().default(true).describe("Keep each class's share on both sides"),
  seed: z24.number().int().nonnegative().default(42)
}).prefault({});
var features = z24.strictObject({ drop: z24.array(name2).default([]).describe("Columns that are not used: identifiers, leaks") }).prefault({});
var preprocess = z24.union([
  z24.strictObject({
    impute: z24.literal("numeric"),
    with: z24.enum(["mean", "median", "constant", "most-frequent"]),
    value: z24.number().optional()
  }),
  z24.strictObject({
    impute: z24.literal("categorical"),
    with: z24.enum(["most-frequent", "constant"]),
    value: z24.string().optional()
  }),
  z24.strictObject({ scale: z24.literal("numeric"), with: z24.enum(["standard", "min-max", "robust"]) }),
  z24.strictObject({
    encode: z24.literal("categorical"),
    with: z24.literal("one-hot"),
    minFrequency: z24.number().int().positive().optional()
  })
]);
var candidate = z24.strictObject({
  model: z24.enum(["logistic-regression", "random-forest"]),
  params: z24.record(z24.string(), z24.union([z24.number(), z24.string(), z24.boolean()])).default({})
});
var metric = z24.enum(["accuracy", "balanced_accuracy", "f1", "precision", "recall", "roc_auc", "log_loss", "brier"]);
var accept = z24.strictObject({
  at_least: z24.partialRecord(metric, z24.number()).default({}).describe("Floors on the test rows; for log_loss and brier: ceilings"),
  better_by: z24.partialRecord(metric, z24.number()).default({}).describe("How much better than the champion it has to be")
}).prefault({});
var pipelineSpec = z24.strictObject({
  name: z24.string().regex(/^[a-z0-9][a-z0-9-]*$/, "lower-case letters, digits and hyphens"),
  source,
  triggers: z24.array(trigger).default([]),
  target,
  split,
  schema: name2.optional().describe("A schema.yaml beside pipeline.yaml; without it the schema is inferred from the training rows"),
  features,
  preprocess: z24.array(preprocess).default([
    { impute: "numeric", with: "median" },
    { impute: "categorical", with: "most-frequent" },
    { scale: "numeric", with: "standard" },
    { encode: "categorical", with: "one-hot" }
  ]),
  candidates: z24.array(candidate).min(1).default([{ model: "logistic-regression", params: {} }]),
  select: z24.strictObject({ metric: metric.default("log_loss"), folds: z24.number().int().min(2).max(20).default(5) }).prefault({}),
  accept,
  promote: z24.strictObject({ alias: name2.default("champion") }).prefault({})
}).meta({ id: "Pipeline", description: "pipeline.yaml: what a data scientist says of a pipeline" });

// libs/contracts/src/pipeline/yaml-document.ts
import { LineCounter, parseDocument } from "yaml";

// libs/contracts/src/table.ts
var columnNamed = (table2, name5) => table2.columns.find((column2) => column2.name === name5);
function cell(column2, row) {
  if (column2.kind === "text") return column2.dictionary[column2.codes[row]];
  const value = column2.values[row];
  return Number.isNaN(value) ? void 0 : value;
}

// libs/tables/src/source-problem.ts
import { basename } from "node:path";
var sourceProblem = (code, path, message, remedy, cause) => new ProblemError({ code, where: basename(path), message, remedy }, { cause });

// libs/tables/src/choose-columns.ts
function choosePositions(path, names, wanted) {
  refuseDuplicates(path, names);
  if (!wanted) return names.map((_, index) => index);
  const unknown = wanted.filter((name5) => !names.includes(name5));
  if (unknown.length === 0) return wanted.map((name5) => names.indexOf(name5));
  throw sourceProblem(
    "SOURCE_COLUMN_UNKNOWN",
    path,
    `it has no column ${unknown.map((name5) => JSON.stringify(name5)).join(", ")}.`,
    `Its columns are: ${names.join(", ")}.`
  );
}
function refuseDuplicates(path, names) {
  const twice = names.find((name5, index) => names.indexOf(name5) !== index);
  if (twice === void 0) return;
  throw sourceProblem(
    "SOURCE_DUPLICATE_COLUMN",
    path,
    `two columns are named ${JSON.stringify(twice)}.`,
    "Give each column its own name."
  );
}

// libs/tables/src/csv-header.ts
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
var HEADER_BYTES = 1 << 20;
var delimiters = [",", ";", "	", "|"];
async function readCsvHeader(path) {
  const start = await startOf(path);
  if (start.includes(0)) throw binary(path);
  const record = firstRecord(start.toString("utf8").replace(/^\ufeff/, ""));
  if (record.trim() === "") throw noHeader(path);
  const delimiter = delimiterOf(record);
  return { delimiter, names: splitRecord(record, delimiter).map(nameOrPosition) };
}
async function startOf(path) {
  const file = createReadStream(path, { highWaterMark: 1 << 16 });
  const stream = path.toLowerCase().endsWith(".gz") ? file.pipe(createGunzip()) : file;
  file.on("error", (error) => stream.destroy(error));
  try {
    return await untilRecordEnds(stream);
  } catch (cause) {
    throw sourceProblem("SOURCE_UNREADABLE", path, cause.message + ".", "Write the file again.", cause);
  } finally {
    file.destroy();
  }
}
async function untilRecordEnds(stream) {
  let start = Buffer.alloc(0);
  for await (const piece of stream) {
    start = Buffer.concat([start, piece]);
    const text = start.toString("latin1");
    if (start.length >= HEADER_BYTES || firstRecord(text).length < text.length) break;
  }
  return start;
}
function firstRecord(text) {
  const outside = /^(?:[^"\r\n]|"(?:[^"]|"")*(?:"|$))*/.exec(text.replace(/^[\r\n]+/, ""));
  return outside?.[0] ?? "";
}
var withoutQuoted = (record) => record.replace(/"(?:[^"]|"")*"/g, "");
function delimiterOf(record) {
  const bare = withoutQuoted(record);
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))];
}
function splitRecord(record, delimiter) {
  const fields = [""];
  let quoted = false;
  for (const character of record) {
    if (character === '"') quoted = !quoted;
    if (character === delimiter && !quoted) fields.push("");
    else fields[fields.length - 1] += character;
  }
  return fields.map(unquoted);
}
var unquoted = (field) => {
  const text = field.trim();
  return /^".*"$/s.test(text) ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
};
var nameOrPosition = (name5, index) => name5 || `column_${index + 1}`;
var binary = (path) => sourceProblem("SOURCE_UNREADABLE", path, "is binary or UTF-16, not CSV.", "Save it as CSV in UTF-8.");
var noHeader = (path) => sourceProblem("SOURCE_EMPTY", path, "holds nothing but blank lines.", "Write a header and rows.");

// libs/tables/src/csv-problem.ts
var known = [
  {
    pattern: /Expected Number of Columns: (\d+) Found: (\d+)/,
    message: ([, expected, found]) => `has ${found} cells where the header has ${expected}.`,
    remedy: "Add or remove cells, or put quotes around a cell that holds the delimiter."
  },
  {
    pattern: /not utf-8 encoded/i,
    message: () => "is not UTF-8.",
    remedy: "Save the file in UTF-8 (iconv -f latin1 -t utf-8)."
  },
  {
    pattern: /unterminated quote/i,
    message: () => "opens a quote that is never closed.",
    remedy: 'Close the quote, and write a quote inside a cell as "".'
  },
  {
    pattern: /state machine reached an invalid state/i,
    message: () => "is not regular CSV: line ends are mixed or a quote stands where it should not.",
    remedy: "Use one kind of line end throughout, and quote cells as RFC 4180 says."
  }
];
function csvProblem(path, cause) {
  const text = cause.message;
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const subject = line ? `line ${line} ` : "the file ";
  for (const { pattern, message, remedy } of known) {
    const match = pattern.exec(text);
    if (match) return sourceProblem("SOURCE_UNREADABLE", path, subject + message(match), remedy, cause);
  }
  return sourceProblem(
    "SOURCE_UNREADABLE",
    path,
    `${subject}cannot be read as CSV (${firstLine(text)}).`,
    "Correct the file.",
    cause
  );
}
var firstLine = (text) => text.split("\n", 1)[0];

// libs/tables/src/materialise.ts
import duckdb from "@duckdb/node-bindings";
async function materialise(connection, source2, columns) {
  const selected = columns.map(({ sql }, index) => `${sql} as c${index}`).join(", ");
  if (columns.every(({ kind }) => kind === "number"))
    return collect(connection, `select ${selected} from ${source2}`, columns, []);
  await connection.run(`create or replace temp table source_rows as select ${selected} from ${source2}`);
  const dictionaries = await dictionariesOf(connection, columns);
  const coded = columns.map((_, index) => dictionaries[index]?.length ? `c${index}::texts${index}` : `c${index}`);
  return collect(connection, `select ${coded.join(", ")} from source_rows`, columns, dictionaries);
}
async function dictionariesOf(connection, columns) {
  const dictionaries = [];
  for (const [index, { kind }] of columns.entries()) {
    dictionaries.push(kind === "text" ? await dictionaryOf(connection, index) : void 0);
  }
  return dictionaries;
}
async function dictionaryOf(connection, index) {
  const present = await connection.runAndReadAll(`select count(c${index}) from source_rows`);
  if (present.getRows()[0]?.[0] === 0n) return [];
  const type = `texts${index}`;
  await connection.run(`drop type if exists ${type}`);
  await connection.run(
    `create temp type ${type} as enum (select distinct c${index} from source_rows where c${index} is not null)`
  );
  const texts = await connection.runAndReadAll(`select unnest(enum_range(null::${type}))::varchar`);
  return texts.getColumns()[0];
}
async function collect(connection, sql, columns, dictionaries) {
  const result = await connection.run(sql);
  const chunks = await result.fetchAllChunks();
  const rows2 = chunks.reduce((sum2, chunk) => sum2 + chunk.rowCount, 0);
  return {
    rows: rows2,
    columns: columns.map(
      ({ name: name5, kind }, index) => kind === "number" ? { name: name5, kind, values: numbersOf(chunks, index, rows2) } : { name: name5, kind, ...textsOf(chunks, index, rows2, dictionaries[index] ?? []) }
    )
  };
}
function forEachPiece(chunks, index, width, visit) {
  let offset = 0;
  for (const { chunk, rowCount: count } of chunks) {
    const vector = duckdb.data_chunk_get_vector(chunk, index);
    const validity = duckdb.vector_get_validity(vector, Math.ceil(count / 64) * 8);
    visit({ bytes: duckdb.vector_get_data(vector, count * width), validity, count, offset });
    offset += count;
  }
}
var plainZero = (value) => value + 0;
var missing = (validity, row) => (validity[row >> 3] & 1 << (row & 7)) === 0;
function numbersOf(chunks, index, rows2) {
  const values = new Float64Array(rows2);
  forEachPiece(chunks, index, 8, ({ bytes: bytes2, validity, count, offset }) => {
    values.set(new Float64Array(bytes2.buffer, bytes2.byteOffset, count).map(plainZero), offset);
    if (validity) {
      for (let row = 0; row < count; row++) if (missing(validity, row)) values[offset + row] = NaN;
    }
  });
  return values;
}
function textsOf(chunks, index, rows2, texts) {
  const dictionary = [...texts].sort();
  const codes2 = new Int32Array(rows2).fill(-1);
  if (texts.length === 0) return { codes: codes2, dictionary };
  const sorted = new Map(dictionary.map((text, code) => [text, code]));
  const codeOf = Int32Array.from(texts, (text) => sorted.get(text));
  const Codes = enumArray(texts.length);
  forEachPiece(chunks, index, Codes.BYTES_PER_ELEMENT, ({ bytes: bytes2, validity, count, offset }) => {
    const raw = new Codes(bytes2.buffer, bytes2.byteOffset, count);
    for (let row = 0; row < count; row++) {
      if (!validity || !missing(validity, row)) codes2[offset + row] = codeOf[raw[row]];
    }
  });
  return { codes: codes2, dictionary };
}
var enumArray = (texts) => texts <= 255 ? Uint8Array : texts <= 65535 ? Uint16Array : Uint32Array;

// libs/tables/src/sql.ts
var literal = (text) => `'${text.replaceAll("'", "''")}'`;
var identifier = (name5) => `"${name5.replaceAll('"', '""')}"`;
var pathLiteral = (path) => literal(path.replace(/[[*?]/g, (character) => `[${character}]`));

// libs/tables/src/text-as-numbers.ts
var missingTokens = ["NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "?"];
var tokens = /* @__PURE__ */ new Set(["", ...missingTokens]);
var number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
var truth = /* @__PURE__ */ new Map([
  ["true", 1],
  ["false", 0]
]);
function readTexts(column2) {
  const texts = column2.dictionary.map((text) => text.trim());
  const present = texts.filter((text) => !tokens.has(text));
  if (present.every((text) => number.test(text))) return asNumbers(column2, texts, Number);
  if (present.every((text) => truth.has(text.toLowerCase()))) {
    return asNumbers(column2, texts, (text) => truth.get(text.toLowerCase()));
  }
  return present.length === texts.length ? column2 : withoutTokens(column2, texts);
}
function asNumbers({ name: name5, codes: codes2 }, texts, read) {
  const numbers = texts.map((text) => tokens.has(text) ? NaN : read(text));
  return { name: name5, kind: "number", values: Float64Array.from(codes2, (code) => code < 0 ? NaN : numbers[code]) };
}
function withoutTokens({ name: name5, codes: codes2, dictionary }, texts) {
  const kept = dictionary.filter((_, code) => !tokens.has(texts[code]));
  const newCode = new Map(kept.map((text, code) => [text, code]));
  const codeOf = dictionary.map((text) => newCode.get(text) ?? -1);
  return { name: name5, kind: "text", codes: codes2.map((code) => codeOf[code] ?? -1), dictionary: kept };
}

// libs/tables/src/read-csv.ts
var SAMPLE_ROWS = 20480;
var ALL_ROWS = -1;
async function readCsv(connection, path, wanted) {
  const header = await readCsvHeader(path);
  const positions2 = choosePositions(path, header.names, wanted);
  const read = (types) => readAs(connection, path, header, positions2, types);
  const table2 = await read(await detectTypes(connection, path, header, SAMPLE_ROWS)).catch(() => void 0);
  if (table2 && !startsEmpty(table2)) return finish(table2);
  return finish(await readUntilTyped(path, read, await detectTypes(connection, path, header, ALL_ROWS)));
}
var finish = (table2) => ({
  rows: table2.rows,
  columns: table2.columns.map((column2) => column2.kind === "text" ? readTexts(column2) : column2)
});
var startsEmpty = (table2) => table2.rows > SAMPLE_ROWS && table2.columns.some(
  (column2) => column2.kind === "text" && column2.dictionary.length > 0 && column2.codes.subarray(0, SAMPLE_ROWS).every((code) => code < 0)
);
async function readUntilTyped(path, read, detected) {
  try {
    return await read(detected);
  } catch (cause) {
    const position = Number(/Error when converting column "c(\d+)"/.exec(cause.message)?.[1] ?? -1);
    if (detected.types[position] === void 0 || detected.types[position] === "VARCHAR") throw csvProblem(path, cause);
    return readUntilTyped(path, read, { ...detected, types: detected.types.with(position, "VARCHAR") });
  }
}
async function detectTypes(connection, path, header, sample) {
  const candidates = "auto_type_candidates=['BIGINT','DOUBLE','DATE','TIMESTAMP','VARCHAR']";
  const sql = `select Columns, DateFormat, TimestampFormat from sniff_csv(${pathLiteral(path)}, sample_size=${sample}, ${candidates}, ${dialect(header)})`;
  const rows2 = await connection.runAndReadAll(sql).then(
    (reader) => reader.getRowsJS(),
    () => []
  );
  const [columns, dateFormat, timestampFormat] = rows2[0] ?? [];
  const fits = columns?.length === header.names.length;
  return {
    types: header.names.map((_, index) => fits ? storedType(columns[index].type) : "VARCHAR"),
    dateFormat: dateFormat ?? void 0,
    timestampFormat: timestampFormat ?? void 0
  };
}
var storedType = (type) => type === "BIGINT" ? "DOUBLE" : ["DOUBLE", "DATE", "TIMESTAMP"].find((known2) => known2 === type) ?? "VARCHAR";
var dialect = ({ delimiter }) => [
  `delim=${literal(delimiter)}`,
  `quote='"', escape='"', comment='', header=true, skip=0, strict_mode=true, null_padding=false, hive_partitioning=false`,
  `nullstr=[${["", " ", ...missingTokens].map(literal).join(",")}]`
].join(", ");
function readAs(connection, path, header, positions2, detected) {
  const { types, dateFormat, timestampFormat } = detected;
  const options = [
    `auto_detect=false, columns={${types.map((type, index) => `c${index}: '${type}'`).join(", ")}}`,
    dialect(header),
    ...dateFormat ? [`dateformat=${literal(dateFormat)}`] : [],
    ...timestampFormat ? [`timestampformat=${literal(timestampFormat)}`] : []
  ];
  const columns = positions2.map((position) => csvColumn(header.names[position], position, types[position]));
  return materialise(connection, `read_csv(${pathLiteral(path)}, ${options.join(", ")})`, columns);
}
function csvColumn(name5, position, type) {
  const column2 = `c${position}`;
  if (type === "VARCHAR") return { name: name5, kind: "text", sql: column2 };
  return { name: name5, kind: "number", sql: type === "DOUBLE" ? column2 : `epoch_ms(${column2})::double` };
}

// libs/tables/src/read-parquet.ts
var NAMES_KEY = "millrace.columns";
var numeric = /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
var time = /^(DATE|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)$/;
async function readParquet(connection, path, wanted) {
  try {
    const columns = await columnsOf(connection, path);
    const positions2 = choosePositions(
      path,
      columns.map(({ name: name5 }) => name5),
      wanted
    );
    return await materialise(
      connection,
      sourceOf(path),
      positions2.map((position) => columns[position])
    );
  } catch (cause) {
    throw cause instanceof ProblemError ? cause : unreadable(path, cause);
  }
}
var sourceOf = (path) => `read_parquet(${pathLiteral(path)}, hive_partitioning=false)`;
async function columnsOf(connection, path) {
  const described = await connection.runAndReadAll(`describe select * from ${sourceOf(path)}`);
  const names = await writtenNames(connection, path);
  return described.getRows().map(([column2, type], index) => {
    const expression = identifier(column2);
    return { name: names?.[index] ?? column2, ...storedAs(expression, type) };
  });
}
function storedAs(expression, type) {
  if (numeric.test(type)) return { kind: "number", sql: `${expression}::double` };
  if (time.test(type)) return { kind: "number", sql: `epoch_ms(${expression})::double` };
  return { kind: "text", sql: `${expression}::varchar` };
}
async function writtenNames(connection, path) {
  const kept = await connection.runAndReadAll(
    `select decode(value) from parquet_kv_metadata(${pathLiteral(path)}) where decode(key) = '${NAMES_KEY}'`
  );
  const names = kept.getRows()[0]?.[0];
  return typeof names === "string" ? JSON.parse(names) : void 0;
}
var unreadable = (path, cause) => sourceProblem(
  "SOURCE_UNREADABLE",
  path,
  `cannot be read as Parquet (${firstLine(cause.message)}).`,
  "Write the file again.",
  cause
);

// libs/tables/src/source-file.ts
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
var extensions = [
  [".csv", "csv"],
  [".csv.gz", "csv"],
  [".parquet", "parquet"]
];
async function existingFile(path) {
  const status = await stat(path).catch((cause) => {
    throw sourceProblem("SOURCE_NOT_FOUND", path, `there is no file ${path}.`, "Check the path.", cause);
  });
  if (status.isDirectory()) {
    throw sourceProblem("SOURCE_IS_DIRECTORY", path, "is a directory.", "Name a file inside it.");
  }
  if (status.size === 0) {
    throw sourceProblem("SOURCE_EMPTY", path, "has 0 bytes.", "Write the file again; it needs a header and rows.");
  }
  return resolve(path);
}
function formatOf(path) {
  const name5 = path.toLowerCase();
  const known2 = extensions.find(([extension]) => name5.endsWith(extension));
  if (known2) return known2[1];
  throw sourceProblem(
    "SOURCE_FORMAT_UNKNOWN",
    path,
    `its extension is none of ${extensions.map(([extension]) => extension).join(", ")}.`,
    'Rename the file or say its format: "csv" or "parquet".'
  );
}

// libs/tables/src/write-parquet.ts
import { DOUBLE, DuckDBDataChunk, VARCHAR } from "@duckdb/node-api";
import duckdb2 from "@duckdb/node-bindings";
var FORMAT = "format parquet, compression snappy, row_group_size 122880";
var double = DOUBLE.toLogicalType().logical_type;
var varchar = VARCHAR.toLogicalType().logical_type;
async function writeParquet(connection, table2, path) {
  refuseNoColumns(table2);
  const types = await createColumns(connection, table2);
  await appendRows(connection, table2, types);
  const selected = table2.columns.map(
    ({ name: name5, kind }, index) => `${kind === "text" ? `c${index}::varchar` : `c${index}`} as ${identifier(name5)}`
  );
  await connection.run(
    `copy (select ${selected.join(", ")} from table_rows) to ${literal(path)} (${FORMAT}${namesOption(table2)})`
  );
}
function refuseNoColumns(table2) {
  if (table2.columns.length > 0) return;
  throw new ProblemError({
    code: "TABLE_HAS_NO_COLUMNS",
    message: "a table without columns cannot be written.",
    remedy: "Keep at least one column."
  });
}
function namesOption({ columns }) {
  const names = columns.map(({ name: name5 }) => name5);
  const distinct = new Set(names.map((name5) => name5.toLowerCase())).size;
  return distinct === names.length ? "" : `, kv_metadata {${identifier(NAMES_KEY)}: ${literal(JSON.stringify(names))}}`;
}
async function createColumns(connection, table2) {
  const types = [];
  for (const [index, column2] of table2.columns.entries()) types.push(await createType(connection, column2, index));
  const columns = table2.columns.map((column2, index) => `c${index} ${sqlType(column2, index)}`);
  await connection.run(`create or replace temp table table_rows (${columns.join(", ")})`);
  return types;
}
var sqlType = (column2, index) => isCoded(column2) ? `texts${index}` : "double";
var isCoded = (column2) => column2.kind === "text" && column2.dictionary.length > 0;
async function createType(connection, column2, index) {
  if (column2.kind === "number" || !isCoded(column2)) return double;
  await connection.run("create or replace temp table texts (text varchar)");
  await appendTexts(connection, column2.dictionary);
  await connection.run(`create temp type texts${index} as enum (select text from texts)`);
  const typed = await connection.run(`select null::texts${index}`);
  return typed.columnLogicalType(0).logical_type;
}
async function appendTexts(connection, texts) {
  const encoder = new TextEncoder();
  await appendChunks(connection, "texts", [varchar], texts.length, (vector, _column, start, count) => {
    for (let row = 0; row < count; row++) {
      duckdb2.vector_assign_string_element_len(vector, row, encoder.encode(texts[start + row]));
    }
  });
}
var appendRows = (connection, table2, types) => appendChunks(connection, "table_rows", types, table2.rows, (vector, index, start, count) => {
  const column2 = table2.columns[index];
  if (column2.kind === "number") fillNumbers(vector, column2.values.subarray(start, start + count));
  else fillCodes(vector, column2.codes.subarray(start, start + count), column2.dictionary.length);
});
function fillNumbers(vector, values) {
  copyInto(vector, values.map(plainZero));
  markMissing(vector, values, Number.isNaN);
}
function fillCodes(vector, codes2, texts) {
  const present = codes2.map((code) => Math.max(code, 0));
  copyInto(vector, texts === 0 ? new Float64Array(codes2.length) : new (enumArray(texts))(present));
  markMissing(vector, codes2, (code) => code < 0);
}
var copyInto = (vector, { buffer, byteOffset, byteLength }) => duckdb2.copy_data_to_vector(vector, 0, buffer, byteOffset, byteLength);
function markMissing(vector, values, isMissing2) {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8).fill(255);
  for (let row = 0; row < values.length; row++) if (isMissing2(values[row])) bits[row >> 3] &= ~(1 << (row & 7));
  duckdb2.vector_ensure_validity_writable(vector);
  duckdb2.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength);
}
async function appendChunks(connection, into, types, rows2, fillVector) {
  const appender = await connection.createAppender(into);
  const size = duckdb2.vector_size();
  for (let start = 0; start < rows2; start += size) {
    const count = Math.min(size, rows2 - start);
    const chunk = new DuckDBDataChunk(duckdb2.create_data_chunk(types));
    chunk.rowCount = count;
    types.forEach((_, column2) => fillVector(duckdb2.data_chunk_get_vector(chunk.chunk, column2), column2, start, count));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

// libs/tables/src/open-tables.ts
async function openTables({ threads } = {}) {
  const database = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    ...threads !== void 0 && { threads: String(threads) }
  });
  const connected = (work) => withConnection(database, work);
  return {
    readTable: (path, options) => readTable(connected, path, options),
    writeParquet: (table2, path) => connected((connection) => writeParquet(connection, table2, path)),
    close: () => database.closeSync()
  };
}
async function withConnection(database, work) {
  const connection = await database.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}
async function readTable(connected, path, { format, columns } = {}) {
  const file = await existingFile(path);
  const read = (format ?? formatOf(path)) === "csv" ? readCsv : readParquet;
  const table2 = await connected((connection) => read(connection, file, columns));
  if (table2.rows > 0) return table2;
  throw sourceProblem("SOURCE_NO_ROWS", path, "has a header and no rows.", "Write at least one row.");
}

// libs/learning/src/random.ts
var seededRandom = (seed) => randomOf(String(seed));
function randomOf(origin) {
  const next = sfc32(seedWords(origin));
  const integer = (n) => Math.floor(next() * n);
  return {
    next,
    integer,
    shuffle: (items) => shuffle(items, integer),
    fork: (label) => randomOf(`${origin}/${label}`)
  };
}
function sfc32([a = 0, b = 0, c = 0, counter = 0]) {
  const next = () => {
    const sum2 = (a + b | 0) + counter | 0;
    counter = counter + 1 | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = (c << 21 | c >>> 11) + sum2 | 0;
    return (sum2 >>> 0) / 4294967296;
  };
  for (let warmUp = 0; warmUp < 16; warmUp++) next();
  return next;
}
var seedWords = (text) => [2166136261, 2654435769, 608135816, 3084996962].map((start) => fnv1a(text, start));
function fnv1a(text, start) {
  let hash = start;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  return hash;
}
function shuffle(items, integer) {
  for (let index = items.length - 1; index > 0; index--) {
    const other = integer(index + 1);
    [items[index], items[other]] = [items[other], items[index]];
  }
  return items;
}

// libs/learning/src/matrix.ts
var rowOf = ({ columns, values }, row) => values.subarray(row * columns, (row + 1) * columns);
function takeMatrixRows(matrix, rows2) {
  const values = new Float64Array(rows2.length * matrix.columns);
  for (let index = 0; index < rows2.length; index++) values.set(rowOf(matrix, rows2[index]), index * matrix.columns);
  return { rows: rows2.length, columns: matrix.columns, values };
}
function requireColumns(matrix, expected) {
  if (matrix.columns === expected) return;
  throw new ProblemError({
    code: "MATRIX_WIDTH_WRONG",
    message: `the model was fitted on ${expected} columns, the matrix has ${matrix.columns}.`,
    remedy: "Make the matrix with the preprocessor that was fitted with the model."
  });
}

// libs/learning/src/split-rows.ts
function splitRows(options) {
  const { rows: rows2, test, stratify, seed } = options;
  const count = testCount(rows2, test);
  const random = seededRandom(seed).fork("split");
  const groups = stratify ? [...rowsByClass(stratify).values()] : [allRows(rows2)];
  if (stratify) refuseSmallClasses(stratify, "SPLIT_CLASS_TOO_SMALL", "a stratified split");
  const shares = largestRemainders(
    groups.map((group) => group.length),
    count
  );
  return partition(
    rows2,
    groups.flatMap((group, index) => [...random.shuffle(group).subarray(0, shares[index])])
  );
}
function stratifiedFolds({
  codes: codes2,
  folds,
  seed
}) {
  refuseFoldCount(codes2.length, folds);
  refuseSmallClasses(codes2, "FOLDS_CLASS_TOO_SMALL", "stratified folds");
  const random = seededRandom(seed).fork("folds");
  const dealt = [...rowsByClass(codes2).values()].flatMap((group) => [...random.shuffle(group)]);
  return Array.from(
    { length: folds },
    (_, fold) => Int32Array.from(dealt.filter((_2, index) => index % folds === fold)).sort()
  );
}
function otherRows(total, rows2) {
  const out = new Uint8Array(total);
  for (const row of rows2) out[row] = 1;
  return allRows(total).filter((row) => out[row] === 0);
}
var allRows = (rows2) => Int32Array.from({ length: rows2 }, (_, row) => row);
function partition(rows2, chosen) {
  const test = Int32Array.from(chosen).sort();
  return { train: otherRows(rows2, test), test };
}
function rowsByClass(codes2) {
  const rows2 = /* @__PURE__ */ new Map();
  codes2.forEach((code, row) => void (rows2.get(code)?.push(row) ?? rows2.set(code, [row])));
  return new Map([...rows2].sort(([a], [b]) => a - b).map(([code, group]) => [code, Int32Array.from(group)]));
}
function testCount(rows2, test) {
  const count = Math.ceil(test * rows2);
  if (test > 0 && test < 1 && count < rows2) return count;
  throw new ProblemError({
    code: "SPLIT_IMPOSSIBLE",
    message: `${rows2} rows cannot be split with a test share of ${test}.`,
    remedy: "Give a share above 0 and below 1 that leaves at least one row on each side."
  });
}
function largestRemainders(sizes, total) {
  const all = sizes.reduce((sum2, size) => sum2 + size, 0);
  const exact = sizes.map((size) => size * total / all);
  const shares = exact.map(Math.floor);
  const byRemainder = exact.map((_, index) => index).sort((a, b) => exact[b] - shares[b] - (exact[a] - shares[a]) || a - b);
  const left = total - shares.reduce((sum2, share3) => sum2 + share3, 0);
  for (const index of byRemainder.slice(0, left)) shares[index] += 1;
  return shares;
}
function refuseSmallClasses(codes2, code, what) {
  const small2 = [...rowsByClass(codes2)].find(([, rows2]) => rows2.length < 2);
  if (!small2) return;
  throw new ProblemError({
    code,
    message: `class ${small2[0]} has one row (row ${small2[1][0] + 1}), and ${what} needs two of each class.`,
    remedy: "Add rows of that class, remove it, or do not stratify."
  });
}
function refuseFoldCount(rows2, folds) {
  if (Number.isInteger(folds) && folds >= 2 && folds <= rows2) return;
  throw new ProblemError({
    code: "FOLDS_IMPOSSIBLE",
    message: `${rows2} rows cannot be dealt into ${folds} folds.`,
    remedy: "Ask for a whole number of folds, at least 2 and at most the number of rows."
  });
}

// libs/learning/src/take-rows.ts
var takeRows = (table2, rows2) => ({
  rows: rows2.length,
  columns: table2.columns.map((column2) => takeColumn(column2, rows2))
});
function takeColumn(column2, rows2) {
  if (column2.kind === "text")
    return withMinimalDictionary({ ...column2, codes: Int32Array.from(rows2, (row) => column2.codes[row]) });
  return { ...column2, values: Float64Array.from(rows2, (row) => column2.values[row]) };
}
function withMinimalDictionary({ name: name5, codes: codes2, dictionary }) {
  const used = [...new Set(codes2)].filter((code) => code >= 0).sort((a, b) => a - b);
  const newCode = new Int32Array(dictionary.length);
  used.forEach((code, index) => newCode[code] = index);
  const kept = used.map((code) => dictionary[code]);
  return { name: name5, kind: "text", codes: codes2.map((code) => code < 0 ? code : newCode[code]), dictionary: kept };
}

// libs/learning/src/label-codes.ts
function labelCodes(target2, classes2 = classesOf(target2)) {
  const codeOf = new Map(classes2.map((name5, code) => [name5, code]));
  const rows2 = target2.kind === "text" ? target2.codes.length : target2.values.length;
  const codes2 = Int32Array.from({ length: rows2 }, (_, row) => {
    const value = cell(target2, row);
    return value === void 0 ? -1 : codeOf.get(String(value)) ?? -1;
  });
  return { classes: classes2, codes: codes2 };
}
function classesOf(target2) {
  if (target2.kind === "number")
    return [...new Set(target2.values.filter((value) => !Number.isNaN(value)).sort())].map(String);
  const used = new Set(target2.codes);
  return target2.dictionary.filter((_, code) => used.has(code));
}

// libs/learning/src/number-summary.ts
var presentSorted = (values) => values.filter((value) => !Number.isNaN(value)).sort();
var mean = (values) => values.reduce((sum2, value) => sum2 + value, 0) / values.length;
function standardDeviation(values) {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum2, value) => sum2 + (value - center) ** 2, 0) / values.length);
}
function quantile(sorted, share3) {
  const position = share3 * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below];
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}
function mostFrequent(sorted) {
  let best = { value: NaN, count: 0 };
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start > best.count) best = { value: sorted[start], count: end - start };
  }
  return best.value;
}

// libs/learning/src/preprocess-problem.ts
var preprocessProblem = (code, column2, message, remedy) => new ProblemError({ code, where: `column ${JSON.stringify(column2)}`, message, remedy });
var columnMissing = (column2) => preprocessProblem(
  "PREPROCESS_COLUMN_UNKNOWN",
  column2,
  "the table has no such column.",
  "Correct the name, or leave the feature out."
);
var valueMissing = (column2, kind) => preprocessProblem(
  "PREPROCESS_VALUE_MISSING",
  column2,
  "it has a missing value and no step fills it.",
  `Add { impute: ${kind === "number" ? "numeric" : "categorical"}, with: most-frequent }, or drop the column.`
);
var notEncoded = (column2) => preprocessProblem(
  "PREPROCESS_TEXT_NOT_ENCODED",
  column2,
  "it holds texts and no step makes numbers of them.",
  "Add { encode: categorical, with: one-hot }, or drop the column."
);
var nothingToLearn = (column2) => preprocessProblem(
  "PREPROCESS_COLUMN_EMPTY",
  column2,
  "it has no value in any row, so there is nothing to learn from it.",
  "Drop the column."
);
var textInstead = (column2) => preprocessProblem(
  "PREPROCESS_KIND_CHANGED",
  column2,
  "it held numbers when the preprocessor was fitted and holds texts now.",
  "Correct the data."
);

// libs/learning/src/preprocessor-state.ts
var widthOf = (input) => input.kind === "number" ? 1 : input.categories.length + (input.rare.length > 0 ? 1 : 0);
var outputNames = (input) => input.kind === "number" ? [input.name] : [...input.categories, ...input.rare.length > 0 ? ["(rare)"] : []].map(
  (category) => `${input.name}=${category}`
);

// libs/learning/src/fit-preprocessor.ts
function fitPreprocessor(table2, steps2, { features: features3 }) {
  const plan = planOf(steps2);
  const inputs = features3.map((name5) => fitColumn(columnNamed(table2, name5) ?? refuse(columnMissing(name5)), plan));
  return { format: "millrace-preprocessor/1", inputs, outputs: inputs.flatMap(outputNames) };
}
function refuse(problem) {
  throw problem;
}
function planOf(steps2) {
  const plan = {};
  for (const step of steps2) {
    const task = taskOf(step);
    if (plan[task]) refuseStep(step, "the same columns are given this step twice", "Keep one of them.");
    plan[task] = step;
  }
  return plan;
}
var ways = {
  fillNumbers: ["mean", "median", "constant", "most-frequent"],
  fillTexts: ["most-frequent", "constant"],
  scale: ["standard", "min-max", "robust"],
  encode: ["one-hot"]
};
function taskOf(step) {
  const named2 = { ...step };
  const task = named2.impute === "numeric" ? "fillNumbers" : named2.impute === "categorical" ? "fillTexts" : named2.scale === "numeric" ? "scale" : "encode";
  if (task === "encode" && named2.encode !== "categorical")
    refuseStep(step, "it is no known step", "Use impute, scale or encode.");
  if (!ways[task].includes(named2.with ?? ""))
    refuseStep(step, "it is done in no known way", `Set with to one of ${ways[task].join(", ")}.`);
  return task;
}
function refuseStep(step, message, remedy) {
  throw new ProblemError({
    code: "PREPROCESS_STEP_INVALID",
    where: `step ${JSON.stringify(step)}`,
    message: `${message}.`,
    remedy
  });
}
var fitColumn = (column2, plan) => column2.kind === "number" ? fitNumbers(column2, plan) : fitTexts(column2, plan);
function fitNumbers({ name: name5, values }, { fillNumbers: fillNumbers2, scale }) {
  const present = presentSorted(values);
  const missing2 = values.length - present.length;
  if (missing2 > 0 && !fillNumbers2) throw valueMissing(name5, "number");
  if (present.length === 0 && !(fillNumbers2?.with === "constant")) throw nothingToLearn(name5);
  const fill = fillNumbers2 ? fillOf(present, fillNumbers2) : null;
  const filled = missing2 === 0 ? values : values.map((value) => Number.isNaN(value) ? fill : value);
  return { name: name5, kind: "number", fill, ...scaleOf(filled, scale) };
}
function fillOf(present, step) {
  if (step.with === "constant") return step.value ?? 0;
  if (step.with === "mean") return mean(present);
  return step.with === "median" ? quantile(present, 0.5) : mostFrequent(present);
}
function scaleOf(values, step) {
  if (!step) return { center: 0, width: 1 };
  const { center, width } = scales[step.with](values, presentSorted(values));
  return { center, width: width > 0 && Number.isFinite(width) ? width : 1 };
}
var scales = {
  standard: (values, sorted) => sorted[0] === sorted.at(-1) ? { center: sorted[0], width: 1 } : { center: mean(values), width: standardDeviation(values) },
  "min-max": (_, sorted) => ({ center: sorted[0], width: sorted.at(-1) - sorted[0] }),
  robust: (_, sorted) => ({ center: quantile(sorted, 0.5), width: quantile(sorted, 0.75) - quantile(sorted, 0.25) })
};
function fitTexts({ name: name5, codes: codes2, dictionary }, { fillTexts, encode }) {
  if (!encode) throw notEncoded(name5);
  const counts = new Map(dictionary.map((text) => [text, 0]));
  for (const code of codes2) if (code >= 0) counts.set(dictionary[code], counts.get(dictionary[code]) + 1);
  const missing2 = codes2.reduce((sum2, code) => sum2 + (code < 0 ? 1 : 0), 0);
  if (missing2 > 0 && !fillTexts) throw valueMissing(name5, "text");
  if (missing2 === codes2.length && fillTexts?.with !== "constant") throw nothingToLearn(name5);
  const fill = fillTexts ? fillText(counts, fillTexts) : null;
  if (fill !== null && missing2 > 0) counts.set(fill, (counts.get(fill) ?? 0) + missing2);
  return { name: name5, kind: "text", fill, ...categoriesOf(counts, encode.minFrequency ?? 1) };
}
function fillText(counts, step) {
  if (step.with === "constant") return step.value ?? "missing";
  return [...counts].reduce((best, entry) => entry[1] > best[1] ? entry : best)[0];
}
function categoriesOf(counts, minFrequency) {
  const seen = [...counts.keys()].filter((text) => counts.get(text) > 0).sort();
  const frequent = (text) => counts.get(text) >= minFrequency;
  return { categories: seen.filter(frequent), rare: seen.filter((text) => !frequent(text)) };
}

// libs/learning/src/apply-preprocessor.ts
function applyPreprocessor(state, table2) {
  const columns = state.outputs.length;
  const values = new Float64Array(table2.rows * columns);
  let offset = 0;
  for (const input of state.inputs) {
    const column2 = columnNamed(table2, input.name);
    if (!column2) throw columnMissing(input.name);
    writeColumn(input, column2, values, offset, columns);
    offset += widthOf(input);
  }
  return { rows: table2.rows, columns, values };
}
function writeColumn(input, column2, into, offset, stride) {
  if (input.kind === "number") writeNumbers(input, column2, into, offset, stride);
  else writeCategories(input, column2, into, offset, stride);
}
function writeNumbers(input, column2, into, offset, stride) {
  if (column2.kind === "text") throw textInstead(input.name);
  const { values } = column2;
  for (let row = 0; row < values.length; row++) into[row * stride + offset] = numberOf(input, values[row]);
}
function writeCategories(input, column2, into, offset, stride) {
  const positionOf = positions(input);
  const rows2 = column2.kind === "text" ? column2.codes : column2.values;
  const known2 = column2.kind === "text" ? column2.dictionary.map((text) => positionOf(text)) : void 0;
  for (let row = 0; row < rows2.length; row++) {
    const value = rows2[row];
    const position = known2 && value >= 0 ? known2[value] : positionOf(known2 || Number.isNaN(value) ? void 0 : String(value));
    if (position >= 0) into[row * stride + offset + position] = 1;
  }
}
function numberOf(input, value) {
  if (value === value) return (value - input.center) / input.width;
  if (input.fill === null) throw valueMissing(input.name, "number");
  return (input.fill - input.center) / input.width;
}
function positions(input) {
  const known2 = new Map(input.categories.map((category, position) => [category, position]));
  for (const category of input.rare) known2.set(category, input.categories.length);
  return (text) => {
    if (text !== void 0) return known2.get(text) ?? -1;
    if (input.fill === null) throw valueMissing(input.name, "text");
    return known2.get(input.fill) ?? -1;
  };
}
function compileRow(state) {
  const width = state.outputs.length;
  const writers = cellWriters(state);
  const names = state.inputs.map(({ name: name5 }) => name5);
  return (row) => {
    const into = new Float64Array(width);
    if (isByPosition(row)) for (let index = 0; index < writers.length; index++) writers[index](row[index], into);
    else for (let index = 0; index < writers.length; index++) writers[index](row[names[index]], into);
    return into;
  };
}
var isByPosition = (row) => Array.isArray(row) || ArrayBuffer.isView(row);
function cellWriters({ inputs }) {
  let next = 0;
  return inputs.map((input) => {
    const offset = next;
    next += widthOf(input);
    return input.kind === "number" ? numberWriter(input, offset) : categoryWriter(input, offset);
  });
}
var numberWriter = (input, offset) => (value, into) => {
  into[offset] = numberOf(input, value === null || value === void 0 ? NaN : Number(value));
};
function categoryWriter(input, offset) {
  const positionOf = positions(input);
  return (value, into) => {
    const position = positionOf(isMissing(value) ? void 0 : String(value));
    if (position >= 0) into[offset + position] = 1;
  };
}
var isMissing = (value) => value === null || value === void 0 || Number.isNaN(value);

// libs/learning/src/lbfgs.ts
var MEMORY = 20;
var ARMIJO = 1e-4;
var ROUNDING = 1e-14;
function minimise(objective, preconditioner, { tolerance, maxIterations }) {
  let x2 = new Float64Array(preconditioner.length);
  let gradient = new Float64Array(x2.length);
  let value = objective(x2, gradient);
  const steps2 = [];
  for (let iterations = 0; ; iterations++) {
    const converged = largest(gradient) <= tolerance;
    if (converged || iterations === maxIterations) return { x: x2, value, iterations, converged };
    const next = search(objective, x2, value, gradient, direction(gradient, steps2, preconditioner));
    if (!next) return { x: x2, value, iterations, converged: false };
    remember(steps2, difference(next.x, x2), difference(next.gradient, gradient));
    ({ x: x2, value, gradient } = next);
  }
}
function search(objective, x2, value, gradient, along) {
  const slope = dot(gradient, along);
  for (let length = 1; length > 1e-16; ) {
    const tried = x2.map((at, index) => at + length * along[index]);
    const triedGradient = new Float64Array(x2.length);
    const triedValue = objective(tried, triedGradient);
    if (triedValue <= value + ARMIJO * length * slope + ROUNDING * Math.abs(value))
      return { x: tried, value: triedValue, gradient: triedGradient };
    const bottom = -slope * length * length / (2 * (triedValue - value - slope * length));
    length = Math.min(Math.max(bottom || 0, 0.1 * length), 0.5 * length);
  }
  return void 0;
}
function direction(gradient, steps2, preconditioner) {
  const result = gradient.map((value) => -value);
  const weights = new Float64Array(steps2.length);
  for (let index = steps2.length - 1; index >= 0; index--) {
    const { moved, change, inverse } = steps2[index];
    weights[index] = inverse * dot(moved, result);
    addTo(result, change, -weights[index]);
  }
  const scale = newestScale(steps2, preconditioner);
  for (let index = 0; index < result.length; index++) result[index] *= scale * preconditioner[index];
  steps2.forEach(
    ({ moved, change, inverse }, index) => addTo(result, moved, weights[index] - inverse * dot(change, result))
  );
  return result;
}
function newestScale(steps2, preconditioner) {
  const newest = steps2.at(-1);
  if (!newest) return 1;
  const { moved, change } = newest;
  return dot(moved, change) / change.reduce((sum2, value, index) => sum2 + value * value * preconditioner[index], 0);
}
function remember(steps2, moved, change) {
  const curvature = dot(moved, change);
  if (!(curvature > 0)) return;
  steps2.push({ moved, change, inverse: 1 / curvature });
  if (steps2.length > MEMORY) steps2.shift();
}
function dot(a, b) {
  let sum2 = 0;
  for (let index = 0; index < a.length; index++) sum2 += a[index] * b[index];
  return sum2;
}
function addTo(into, values, factor) {
  for (let index = 0; index < into.length; index++) into[index] += factor * values[index];
}
var difference = (a, b) => a.map((value, index) => value - b[index]);
var largest = (values) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);

// libs/learning/src/logistic-loss.ts
var blockSize = (columns) => columns + 1;
function binaryLoss(x2, y, c) {
  return (weights, gradient) => {
    let loss = startGradient(weights, gradient, x2, c);
    for (let row = 0; row < x2.rows; row++) {
      const margin = score(x2, row, weights, 0);
      const toward = y[row] === 1 ? 1 : -1;
      loss += softplus(-toward * margin);
      addRow(x2, row, gradient, 0, sigmoid(margin) - y[row]);
    }
    return scaled(loss, gradient, x2.rows);
  };
}
function softmaxLoss(x2, y, classes2, c) {
  const block = blockSize(x2.columns);
  const scores = new Float64Array(classes2);
  return (weights, gradient) => {
    let loss = startGradient(weights, gradient, x2, c);
    for (let row = 0; row < x2.rows; row++) {
      for (let k = 0; k < classes2; k++) scores[k] = score(x2, row, weights, k * block);
      const own = scores[y[row]];
      loss += softmax(scores) - own;
      for (let k = 0; k < classes2; k++) addRow(x2, row, gradient, k * block, scores[k] - (k === y[row] ? 1 : 0));
    }
    return scaled(loss, gradient, x2.rows);
  };
}
function preconditionerOf(x2, outputs, classes2, c) {
  const spread = 1 / classes2 * (1 - 1 / classes2);
  const curvature = new Float64Array(blockSize(x2.columns)).fill(1 / c);
  curvature[x2.columns] = spread * x2.rows;
  for (let entry = 0; entry < x2.values.length; entry++) curvature[x2.indices[entry]] += spread * x2.values[entry] ** 2;
  const inverse = curvature.map((value) => x2.rows / value);
  return Float64Array.from({ length: outputs * inverse.length }, (_, index) => inverse[index % inverse.length]);
}
var sigmoid = (margin) => {
  if (margin >= 0) return 1 / (1 + Math.exp(-margin));
  const exponential = Math.exp(margin);
  return exponential / (1 + exponential);
};
function softmax(scores) {
  let max = -Infinity;
  for (let k = 0; k < scores.length; k++) if (scores[k] > max) max = scores[k];
  let sum2 = 0;
  for (let k = 0; k < scores.length; k++) sum2 += scores[k] = Math.exp(scores[k] - max);
  for (let k = 0; k < scores.length; k++) scores[k] /= sum2;
  return max + Math.log(sum2);
}
var softplus = (value) => value > 0 ? value + Math.log1p(Math.exp(-value)) : Math.log1p(Math.exp(value));
function startGradient(weights, gradient, { columns }, c) {
  const block = blockSize(columns);
  let penalty = 0;
  for (let index = 0; index < weights.length; index++) {
    const penalised = index % block === columns ? 0 : weights[index];
    gradient[index] = penalised / c;
    penalty += penalised * penalised;
  }
  return penalty / (2 * c);
}
function score(x2, row, weights, offset) {
  let sum2 = weights[offset + x2.columns];
  for (let entry = x2.starts[row]; entry < x2.starts[row + 1]; entry++)
    sum2 += x2.values[entry] * weights[offset + x2.indices[entry]];
  return sum2;
}
function addRow(x2, row, gradient, offset, factor) {
  for (let entry = x2.starts[row]; entry < x2.starts[row + 1]; entry++)
    gradient[offset + x2.indices[entry]] += factor * x2.values[entry];
  gradient[offset + x2.columns] += factor;
}
function scaled(loss, gradient, rows2) {
  for (let index = 0; index < gradient.length; index++) gradient[index] /= rows2;
  return loss / rows2;
}

// libs/learning/src/logistic-curvature.ts
var binaryCurvature = (x2, c) => (weights, hessian) => {
  for (let row = 0; row < x2.rows; row++) {
    const probability = sigmoid(score(x2, row, weights, 0));
    addOuter(x2, row, hessian, weights.length, 0, 0, probability * (1 - probability));
  }
  finish2(hessian, weights.length, x2, c);
};
function softmaxCurvature(x2, classes2, c) {
  const block = blockSize(x2.columns);
  const p2 = new Float64Array(classes2);
  return (weights, hessian) => {
    for (let row = 0; row < x2.rows; row++) {
      for (let k = 0; k < classes2; k++) p2[k] = score(x2, row, weights, k * block);
      softmax(p2);
      for (let k = 0; k < classes2; k++) {
        for (let l = 0; l <= k; l++)
          addOuter(x2, row, hessian, weights.length, k * block, l * block, p2[k] * ((k === l ? 1 : 0) - p2[l]));
      }
    }
    finish2(hessian, weights.length, x2, c);
  };
}
function addOuter(x2, row, hessian, size, down, right, factor) {
  const { starts, indices, values, columns } = x2;
  const start = starts[row];
  const end = starts[row + 1];
  const last = (down + columns) * size + right;
  for (let a = start; a < end; a++) {
    const weighted = factor * values[a];
    const line = (down + indices[a]) * size + right;
    for (let b = start; b <= a; b++) hessian[line + indices[b]] += weighted * values[b];
    hessian[last + indices[a]] += weighted;
  }
  hessian[last + columns] += factor;
}
function finish2(hessian, size, x2, c) {
  const block = blockSize(x2.columns);
  for (let weight = 0; weight < size; weight++)
    if (weight % block !== x2.columns) hessian[weight * size + weight] += 1 / c;
  for (let index = 0; index < hessian.length; index++) hessian[index] /= x2.rows;
  mirrorBlocks(hessian, size, block);
}
function mirrorBlocks(hessian, size, block) {
  for (let down = block; down < size; down += block) {
    for (let right = 0; right < down; right += block) {
      for (let a = 0; a < block; a++) {
        for (let b = 0; b < a; b++) hessian[(down + b) * size + right + a] = hessian[(down + a) * size + right + b];
      }
    }
  }
}

// libs/learning/src/newton.ts
var RIDGE = 1e-10;
function minimiseByNewton(objective, curvature, size, { tolerance, maxIterations }) {
  let x2 = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(x2, gradient);
  const hessian = new Float64Array(size * size);
  for (let iterations = 0; ; iterations++) {
    const converged = largest(gradient) <= tolerance;
    if (converged || iterations === maxIterations) return { x: x2, value, iterations, converged };
    hessian.fill(0);
    curvature(x2, hessian);
    const along = solve(
      hessian,
      gradient.map((slope) => -slope)
    );
    const next = dot(along, gradient) < 0 ? search(objective, x2, value, gradient, along) : void 0;
    if (!next) return { x: x2, value, iterations, converged: false };
    ({ x: x2, value, gradient } = next);
  }
}
function solve(hessian, b) {
  const size = b.length;
  for (let row = 0; row < size; row++) hessian[row * size + row] += RIDGE * (1 + hessian[row * size + row]);
  for (let row = 0; row < size; row++) {
    for (let column2 = 0; column2 < row; column2++) {
      hessian[row * size + column2] = (hessian[row * size + column2] - dotRows(hessian, size, row, column2)) / hessian[column2 * size + column2];
    }
    hessian[row * size + row] = Math.sqrt(
      Math.max(hessian[row * size + row] - dotRows(hessian, size, row, row), RIDGE * RIDGE)
    );
  }
  return backward(hessian, forward(hessian, b));
}
function dotRows(factor, size, row, column2) {
  let sum2 = 0;
  for (let k = 0; k < column2; k++) sum2 += factor[row * size + k] * factor[column2 * size + k];
  return sum2;
}
function forward(factor, b) {
  const size = b.length;
  const solved = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum2 = b[row];
    for (let k = 0; k < row; k++) sum2 -= factor[row * size + k] * solved[k];
    solved[row] = sum2 / factor[row * size + row];
  }
  return solved;
}
function backward(factor, b) {
  const size = b.length;
  const solved = new Float64Array(size);
  for (let row = size - 1; row >= 0; row--) {
    let sum2 = b[row];
    for (let k = row + 1; k < size; k++) sum2 -= factor[k * size + row] * solved[k];
    solved[row] = sum2 / factor[row * size + row];
  }
  return solved;
}

// libs/learning/src/parameters.ts
var positive = (value) => ({
  default: value,
  accepts: (given) => typeof given === "number" && given > 0 && Number.isFinite(given),
  expected: "a number above 0"
});
var wholeNumber = (value, min, max = Number.MAX_SAFE_INTEGER) => ({
  default: value,
  accepts: (given) => Number.isInteger(given) && given >= min && given <= max,
  expected: max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`
});
var share2 = (value) => ({
  default: value,
  accepts: (given) => typeof given === "number" && given > 0 && given <= 1,
  expected: "a number above 0 and at most 1"
});
var defaultsOf = (rules3) => Object.fromEntries(Object.entries(rules3).map(([name5, rule]) => [name5, rule.default]));
function parametersOf(family, rules3, given) {
  for (const [name5, value] of Object.entries(given)) checkParameter(family, rules3, name5, value);
  return { ...defaultsOf(rules3), ...given };
}
function checkParameter(family, rules3, name5, value) {
  const rule = Object.hasOwn(rules3, name5) ? rules3[name5] : void 0;
  const where = `${family}.${name5}`;
  if (!rule) {
    const remedy = `Its parameters are ${Object.keys(rules3).join(", ")}.`;
    throw new ProblemError({
      code: "PARAMETER_UNKNOWN",
      where,
      message: `${family} has no parameter ${name5}.`,
      remedy
    });
  }
  if (rule.accepts(value)) return;
  throw new ProblemError({
    code: "PARAMETER_INVALID",
    where,
    message: `${JSON.stringify(value)} is not ${rule.expected}.`,
    remedy: `Give ${rule.expected}; the default is ${rule.default}.`
  });
}

// libs/learning/src/rows-and-classes.ts
function probabilitiesByRow(model2, x2, columns, classes2) {
  requireColumns(x2, columns);
  const probabilities = new Float64Array(x2.rows * classes2);
  for (let row = 0; row < x2.rows; row++) probabilities.set(model2(rowOf(x2, row)), row * classes2);
  return probabilities;
}
function requireTrainable(x2, y, classes2) {
  const problem = trainingProblem(x2, y, classes2);
  if (problem) throw new ProblemError(problem);
}
function trainingProblem(x2, y, classes2) {
  const present = new Set(y);
  if (x2.rows !== y.length) {
    return {
      code: "MODEL_LABELS_WRONG",
      message: `${x2.rows} rows have ${y.length} labels.`,
      remedy: "Give one label a row."
    };
  }
  if ([...present].some((code) => code < 0 || code >= classes2)) {
    return {
      code: "MODEL_LABELS_WRONG",
      message: `a label is not one of the ${classes2} classes.`,
      remedy: "Drop the rows without a target."
    };
  }
  if (present.size < 2) {
    return {
      code: "MODEL_ONE_CLASS",
      message: "the training rows have fewer than two classes.",
      remedy: "Add rows of another class."
    };
  }
  if (x2.columns === 0 || !x2.values.every(Number.isFinite)) {
    return {
      code: "MODEL_MATRIX_INVALID",
      message: "the matrix has no columns, or a value that is not finite.",
      remedy: "Fill missing values in preprocess."
    };
  }
  return void 0;
}

// libs/learning/src/sparse-rows.ts
function sparseRows({ rows: rows2, columns, values }) {
  const count = values.reduce((sum2, value) => sum2 + (value === 0 ? 0 : 1), 0);
  const sparse = {
    rows: rows2,
    columns,
    starts: new Int32Array(rows2 + 1),
    indices: new Int32Array(count),
    values: new Float64Array(count)
  };
  let next = 0;
  for (let row = 0; row < rows2; row++) {
    for (let column2 = 0; column2 < columns; column2++) {
      const value = values[row * columns + column2];
      if (value === 0) continue;
      sparse.indices[next] = column2;
      sparse.values[next++] = value;
    }
    sparse.starts[row + 1] = next;
  }
  return sparse;
}

// libs/learning/src/logistic-regression.ts
var name3 = "logistic-regression";
var rules = { C: positive(1), maxIterations: wholeNumber(1e3, 1), tolerance: positive(1e-8) };
var logisticRegression = {
  name: name3,
  defaults: defaultsOf(rules),
  parameters: (given) => parametersOf(name3, rules, given),
  fit,
  probabilities: (state, x2) => probabilitiesByRow(compile(state), x2, state.coefficients[0].length, state.classes),
  compile
};
function fit(x2, y, classes2, parameters) {
  requireTrainable(x2, y, classes2);
  const minimum = solve2(x2, y, classes2, parameters);
  const { iterations, converged } = minimum;
  return {
    family: name3,
    version: 1,
    classes: classes2,
    ...unpack(minimum.x, outputsOf(classes2), x2.columns),
    iterations,
    converged
  };
}
var outputsOf = (classes2) => classes2 === 2 ? 1 : classes2;
var NEWTON_WEIGHTS = 500;
function solve2(x2, y, classes2, options) {
  const sparse = sparseRows(x2);
  const size = outputsOf(classes2) * blockSize(x2.columns);
  const loss = classes2 === 2 ? binaryLoss(sparse, y, options.C) : softmaxLoss(sparse, y, classes2, options.C);
  if (size > NEWTON_WEIGHTS)
    return minimise(loss, preconditionerOf(sparse, outputsOf(classes2), classes2, options.C), options);
  const curvature = classes2 === 2 ? binaryCurvature(sparse, options.C) : softmaxCurvature(sparse, classes2, options.C);
  return minimiseByNewton(loss, curvature, size, options);
}
function unpack(weights, outputs, columns) {
  const size = blockSize(columns);
  const blocks = Array.from({ length: outputs }, (_, output) => weights.subarray(output * size, (output + 1) * size));
  const intercepts = blocks.map((block) => block[columns]);
  const shift = outputs === 1 ? 0 : intercepts.reduce((sum2, intercept) => sum2 + intercept, 0) / outputs;
  return {
    coefficients: blocks.map((block) => [...block.subarray(0, columns)]),
    intercepts: intercepts.map((intercept) => intercept - shift)
  };
}
function compile({ coefficients, intercepts, classes: classes2 }) {
  const weights = coefficients.map((row) => Float64Array.from(row));
  if (classes2 === 2) {
    return (features3) => {
      const probability = sigmoid(scoreOf(weights[0], intercepts[0], features3));
      return Float64Array.of(1 - probability, probability);
    };
  }
  return (features3) => {
    const scores = Float64Array.from(weights, (row, k) => scoreOf(row, intercepts[k], features3));
    softmax(scores);
    return scores;
  };
}
function scoreOf(weights, intercept, features3) {
  let sum2 = intercept;
  for (let index = 0; index < weights.length; index++) sum2 += weights[index] * features3[index];
  return sum2;
}

// libs/learning/src/random-forest.ts
import { RandomForestClassifier } from "ml-random-forest";
var name4 = "random-forest";
var rules2 = {
  trees: wholeNumber(25, 1, 1e3),
  maxDepth: wholeNumber(16, 1, 64),
  minRows: wholeNumber(3, 1),
  features: share2(0.7),
  rowsPerTree: wholeNumber(500, 2),
  maxRows: wholeNumber(2e3, 2)
};
var randomForest = {
  name: name4,
  defaults: defaultsOf(rules2),
  parameters: (given) => parametersOf(name4, rules2, given),
  fit: fit2,
  probabilities: (state, x2) => probabilitiesByRow(compile2(state), x2, state.columns, state.classes),
  compile: compile2
};
function fit2(x2, y, classes2, parameters, random) {
  requireTrainable(x2, y, classes2);
  const given = parameters;
  refuseManyRows(x2.rows, given.maxRows);
  const trees = Array.from({ length: given.trees }, (_, tree) => growTree(x2, y, given, random.fork(`tree ${tree}`)));
  return { family: name4, version: 1, classes: classes2, columns: x2.columns, trees };
}
function growTree(x2, y, parameters, random) {
  const rows2 = random.shuffle(Array.from(y, (_, row) => row)).slice(0, parameters.rowsPerTree);
  const options = optionsOf(parameters, x2.columns, random);
  const forest = new RandomForestClassifier(options);
  forest.train(
    rows2.map((row) => [...rowOf(x2, row)]),
    rows2.map((row) => y[row])
  );
  return flatten(forest.estimators[0].root, forest.indexes[0]);
}
function refuseManyRows(rows2, maxRows) {
  if (rows2 <= maxRows) return;
  throw new ProblemError({
    code: "MODEL_ROW_LIMIT",
    where: name4,
    message: `${rows2} training rows are more than maxRows ${maxRows}: its time grows with the square of the rows of a tree.`,
    remedy: "Use logistic-regression, train on fewer rows, or raise maxRows and keep rowsPerTree low."
  });
}
var optionsOf = ({ maxDepth, minRows, features: features3 }, columns, random) => ({
  seed: random.integer(2 ** 31),
  nEstimators: 1,
  maxFeatures: Math.min(1, (Math.max(1, Math.round(features3 * columns)) + 0.5) / columns),
  replacement: false,
  noOOB: true,
  treeOptions: { maxDepth, minNumSamples: minRows, gainThreshold: 0 }
});
function flatten(root, columns) {
  const tree = { feature: [], threshold: [], left: [], right: [] };
  const add = (node) => {
    const at = tree.feature.length;
    const { left, right } = node;
    const inner = left !== void 0 && right !== void 0;
    tree.feature.push(inner ? columns[node.splitColumn] : -1);
    tree.threshold.push(inner ? node.splitValue : 0);
    tree.left.push(inner ? 0 : node.distribution.maxRowIndex(0)[1]);
    tree.right.push(0);
    if (inner) [tree.left[at], tree.right[at]] = [add(left), add(right)];
    return at;
  };
  add(root);
  return tree;
}
function compile2({ trees, classes: classes2 }) {
  const compiled = trees.map(compileTree);
  return (features3) => {
    const votes = new Float64Array(classes2);
    for (const vote of compiled) votes[vote(features3)] += 1;
    return votes.map((count) => count / compiled.length);
  };
}
function compileTree(tree) {
  const [feature, left, right] = [tree.feature, tree.left, tree.right].map((values) => Int32Array.from(values));
  const threshold = Float64Array.from(tree.threshold);
  return (features3) => {
    let node = 0;
    while (feature[node] >= 0) node = features3[feature[node]] < threshold[node] ? left[node] : right[node];
    return left[node];
  };
}

// libs/learning/src/families.ts
var families = {
  "logistic-regression": logisticRegression,
  "random-forest": randomForest
};
function familyNamed(name5) {
  const family = Object.hasOwn(families, name5) ? families[name5] : void 0;
  if (family) return family;
  const remedy = `The models are ${Object.keys(families).join(", ")}.`;
  throw new ProblemError({
    code: "MODEL_FAMILY_UNKNOWN",
    message: `there is no model named ${JSON.stringify(name5)}.`,
    remedy
  });
}
function familyOf(state) {
  if (state.version === 1) return familyNamed(state.family);
  throw new ProblemError({
    code: "MODEL_VERSION_UNKNOWN",
    message: `${state.family} of version ${state.version} is not known here.`,
    remedy: "Upgrade this service."
  });
}

// libs/learning/src/confusion-matrix.ts
function confusionMatrix(labels, predicted, classes2) {
  const matrix = Array.from({ length: classes2 }, () => new Array(classes2).fill(0));
  labels.forEach((label, row) => matrix[label][predicted[row]] += 1);
  return matrix;
}
function precisionRecall(matrix, positive2) {
  const scores = matrix.map((_, code) => classScore(matrix, code));
  const about = positive2 === void 0 ? scores.filter(({ actual, predicted }) => actual + predicted > 0) : [scores[positive2]];
  return {
    accuracy: sum(matrix.map((row, code) => row[code])) / sum(matrix.map(sum)),
    balanced_accuracy: mean2(scores.filter(({ actual }) => actual > 0).map(({ recall }) => recall)),
    f1: mean2(about.map(({ f1 }) => f1)),
    precision: mean2(about.map(({ precision }) => precision)),
    recall: mean2(about.map(({ recall }) => recall))
  };
}
function classScore(matrix, code) {
  const hit = matrix[code][code];
  const actual = sum(matrix[code]);
  const predicted = sum(matrix.map((row) => row[code]));
  return {
    actual,
    predicted,
    precision: ratio(hit, predicted),
    recall: ratio(hit, actual),
    f1: ratio(2 * hit, actual + predicted)
  };
}
var ratio = (part, whole) => whole === 0 ? 0 : part / whole;
var sum = (values) => values.reduce((total, value) => total + value, 0);
var mean2 = (values) => sum(values) / values.length;

// libs/learning/src/roc-auc.ts
function rocAuc(isPositive, scores) {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[a] - scores[b]);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    let tied = 0;
    for (; end < order.length && scores[order[end]] === scores[order[start]]; end++)
      if (isPositive(order[end])) tied++;
    positives += tied;
    rankSum += tied * (start + 1 + end) / 2;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return void 0;
  return (rankSum - positives * (positives + 1) / 2) / (positives * negatives);
}

// libs/learning/src/metrics.ts
function evaluateProbabilities(scored) {
  requireScored(scored);
  const positive2 = positiveCode(scored);
  const matrix = confusionMatrix(scored.labels, predictedClasses(scored), scored.classes.length);
  const measured = {
    ...precisionRecall(matrix, positive2),
    roc_auc: aucOf(scored, positive2),
    log_loss: logLoss(scored),
    brier: brier(scored)
  };
  return Object.fromEntries(Object.entries(measured).filter(([, value]) => value !== void 0));
}
function predictedClasses(scored) {
  const { probabilities, classes: classes2, threshold = 0.5 } = scored;
  const positive2 = positiveCode(scored);
  return Int32Array.from(
    { length: probabilities.length / classes2.length },
    (_, row) => choose(probabilities.subarray(row * classes2.length, (row + 1) * classes2.length), positive2, threshold)
  );
}
function choose(probabilities, positive2, threshold) {
  if (positive2 !== void 0) return probabilities[positive2] >= threshold ? positive2 : 1 - positive2;
  let best = 0;
  for (let code = 1; code < probabilities.length; code++) if (probabilities[code] > probabilities[best]) best = code;
  return best;
}
function positiveCode({ classes: classes2, positive: positive2 }) {
  if (positive2 !== void 0 && !classes2.includes(positive2)) {
    throw new ProblemError({
      code: "POSITIVE_CLASS_UNKNOWN",
      message: `${JSON.stringify(positive2)} is none of the classes.`,
      remedy: `The classes are ${classes2.join(", ")}.`
    });
  }
  if (classes2.length !== 2) return void 0;
  return positive2 === void 0 ? 1 : classes2.indexOf(positive2);
}
function aucOf({ labels, probabilities, classes: classes2 }, positive2) {
  const auc = (code) => rocAuc(
    (row) => labels[row] === code,
    Float64Array.from(labels, (_, row) => probabilities[row * classes2.length + code])
  );
  if (positive2 !== void 0) return auc(positive2);
  const each = classes2.map((_, code) => auc(code));
  return each.every((value) => value !== void 0) ? each.reduce((sum2, value) => sum2 + value, 0) / each.length : void 0;
}
var EPSILON = Number.EPSILON;
function logLoss({ labels, probabilities, classes: classes2 }) {
  let sum2 = 0;
  labels.forEach((code, row) => {
    const probability = probabilities[row * classes2.length + code];
    sum2 -= Math.log(Math.min(Math.max(probability, EPSILON), 1 - EPSILON));
  });
  return sum2 / labels.length;
}
function brier({ labels, probabilities, classes: classes2 }) {
  const sum2 = probabilities.reduce((total, probability, index) => {
    const row = Math.floor(index / classes2.length);
    return total + (probability - (labels[row] === index % classes2.length ? 1 : 0)) ** 2;
  }, 0);
  return sum2 / labels.length / (classes2.length === 2 ? 2 : 1);
}
function requireScored({ labels, probabilities, classes: classes2 }) {
  const right = labels.length > 0 && probabilities.length === labels.length * classes2.length;
  if (right && labels.every((code) => code >= 0 && code < classes2.length)) return;
  throw new ProblemError({
    code: "SCORES_INVALID",
    message: `${labels.length} labels and ${probabilities.length} probabilities of ${classes2.length} classes do not fit.`,
    remedy: "Give at least one row, a class code for each and a probability for each row and class."
  });
}

// libs/learning/src/cross-validate.ts
function crossValidate(trial) {
  const { y, classes: classes2, seed, folds } = trial;
  const rows2 = typeof folds === "number" ? stratifiedFolds({ codes: y, folds, seed }) : folds;
  const results = rows2.map((test) => validateFold(trial, test));
  return {
    folds: results,
    ...summary(results.map(({ metrics: metrics2 }) => metrics2)),
    outOfFold: gather(results, y.length, classes2.length)
  };
}
function validateFold(trial, test) {
  const { table: table2, y, classes: classes2, positive: positive2, threshold, preprocess: preprocess2, features: features3 } = trial;
  const train = otherRows(table2.rows, test);
  const seen = takeRows(table2, train);
  const preprocessor = fitPreprocessor(seen, preprocess2, { features: features3 });
  const family = familyNamed(trial.family);
  const x2 = applyPreprocessor(preprocessor, seen);
  const model2 = family.fit(
    x2,
    takeCodes(y, train),
    classes2.length,
    family.parameters(trial.params ?? {}),
    seededRandom(trial.seed).fork("model")
  );
  const probabilities = family.probabilities(model2, applyPreprocessor(preprocessor, takeRows(table2, test)));
  const metrics2 = evaluateProbabilities({ labels: takeCodes(y, test), probabilities, classes: classes2, positive: positive2, threshold });
  return { rows: test, probabilities, metrics: metrics2 };
}
var takeCodes = (codes2, rows2) => rows2.map((row) => codes2[row]);
function summary(folds) {
  const names = Object.keys(folds[0] ?? {}).filter((name5) => folds.every((fold) => fold[name5] !== void 0));
  const mean3 = {};
  const deviation = {};
  for (const name5 of names) {
    const values = folds.map((fold) => fold[name5]);
    mean3[name5] = values.reduce((sum2, value) => sum2 + value, 0) / values.length;
    deviation[name5] = Math.sqrt(
      values.reduce((sum2, value) => sum2 + (value - mean3[name5]) ** 2, 0) / (values.length - 1)
    );
  }
  return { mean: mean3, deviation };
}
function gather(folds, rows2, classes2) {
  const all = new Float64Array(rows2 * classes2).fill(NaN);
  for (const fold of folds) {
    fold.rows.forEach(
      (row, index) => all.set(fold.probabilities.subarray(index * classes2, (index + 1) * classes2), row * classes2)
    );
  }
  return all;
}

// libs/learning/src/describe-features.ts
var MANY_CATEGORIES = 200;
var describeFeatures = (table2, features3) => features3.map((name5) => {
  const column2 = columnNamed(table2, name5);
  if (!column2) throw columnMissing(name5);
  return column2.kind === "number" ? describeNumbers(column2) : describeTexts(column2);
});
function describeNumbers({ name: name5, values }) {
  const sorted = presentSorted(values);
  if (sorted.length === 0) return { name: name5, kind: "number", example: null };
  return { name: name5, kind: "number", min: sorted[0], max: sorted.at(-1), example: quantile(sorted, 0.5) };
}
function describeTexts({ name: name5, codes: codes2, dictionary }) {
  const counts = new Float64Array(dictionary.length);
  for (const code of codes2) if (code >= 0) counts[code] += 1;
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  const example = dictionary[counts.indexOf(most)] ?? null;
  return { name: name5, kind: "text", ...dictionary.length <= MANY_CATEGORIES && { categories: dictionary }, example };
}

// libs/learning/src/model-package.ts
var PACKAGE_FORMAT = "millrace-model/1";
function packModel(content) {
  refuseOtherFeatures(content);
  return new TextEncoder().encode(canonicalJson({ ...content, format: PACKAGE_FORMAT, checksum: checksumOf(content) }));
}
function unpackModel(bytes2) {
  const { format, checksum, ...content } = parse(bytes2);
  if (format !== PACKAGE_FORMAT) throw corrupt(`its format is ${JSON.stringify(format)} and not "${PACKAGE_FORMAT}"`);
  if (checksum !== checksumOf(content)) throw corrupt("its content does not match its checksum");
  return content;
}
var checksumOf = (content) => digestOf(JSON.parse(JSON.stringify(content)));
function parse(bytes2) {
  const value = parseJson(bytes2);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw corrupt("it is not a JSON object");
}
function parseJson(bytes2) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes2));
  } catch (cause) {
    throw corrupt("it is not JSON", cause);
  }
}
var corrupt = (why, cause) => new ProblemError(
  {
    code: "PACKAGE_CORRUPT",
    message: `this is no model package that can be used: ${why}.`,
    remedy: "Fetch the package again, or train the model again."
  },
  { cause }
);
function refuseOtherFeatures({ features: features3, preprocessor }) {
  const described = features3.map(({ name: name5 }) => name5).join("\n");
  if (described === preprocessor.inputs.map(({ name: name5 }) => name5).join("\n")) return;
  throw new ProblemError({
    code: "PACKAGE_FEATURES_WRONG",
    message: "the features described are not the preprocessor's, in its order.",
    remedy: "Describe the features that the preprocessor was fitted on."
  });
}

// libs/learning/src/check-row.ts
function checkRow(inputs) {
  const known2 = new Set(inputs.map(({ name: name5 }) => name5));
  return (row) => {
    if (!isSound(inputs, known2, row))
      throw featuresInvalid(isByPosition(row) ? byPosition(inputs, row) : byName(inputs, known2, row));
  };
}
function isSound(inputs, known2, row) {
  if (row === null || typeof row !== "object") return false;
  if (isByPosition(row))
    return row.length === inputs.length && inputs.every((input, index) => complaint(input, row[index]) === void 0);
  for (const name5 in row) if (!known2.has(name5)) return false;
  return inputs.every((input) => Object.hasOwn(row, input.name) && complaint(input, row[input.name]) === void 0);
}
function complaint(input, value) {
  if (value === null || value === void 0 || Number.isNaN(value)) {
    return input.fill === null ? "is missing, and the model has nothing to put in its place" : void 0;
  }
  if (input.kind === "number") return isNumber(value) ? void 0 : `must be a number, not ${shown(value)}`;
  return typeof value === "object" ? `must be a text, not ${shown(value)}` : void 0;
}
var isNumber = (value) => typeof value === "number" && Number.isFinite(value) || typeof value === "boolean";
var shown = (value) => (typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value)).slice(0, 60);
function byPosition(inputs, row) {
  if (row.length !== inputs.length) {
    return [{ pointer: "", message: `has ${row.length} values where the model has ${inputs.length} features` }];
  }
  return inputs.flatMap((input, index) => problemAt(`/${index}`, complaint(input, row[index]), ` (${input.name})`));
}
function byName(inputs, known2, row) {
  if (row === null || typeof row !== "object") return [{ pointer: "", message: "must be an array or an object" }];
  const unknown = Object.keys(row).filter((name5) => !known2.has(name5));
  return [
    ...unknown.flatMap((name5) => problemAt(pointerTo(name5), "is no feature of the model")),
    ...inputs.flatMap(
      (input) => problemAt(
        pointerTo(input.name),
        Object.hasOwn(row, input.name) ? complaint(input, row[input.name]) : "is not given"
      )
    )
  ];
}
var problemAt = (pointer, message, note = "") => message === void 0 ? [] : [{ pointer, message: message + note }];
var pointerTo = (name5) => `/${name5.replaceAll("~", "~0").replaceAll("/", "~1")}`;
function featuresInvalid(problems) {
  const first = problems.slice(0, 3).map(({ pointer, message }) => `${pointer || "the row"} ${message}`);
  const more = problems.length > first.length ? `; and ${problems.length - first.length} more` : "";
  return new ProblemError({
    code: "FEATURES_INVALID",
    message: `${first.join("; ")}${more}.`,
    remedy: "Send each feature once, by position or by name; null stands for a missing value.",
    problems
  });
}

// libs/learning/src/open-model.ts
function openModel(bytes2) {
  const { model: model2, preprocessor, ...rest } = unpackModel(bytes2);
  const family = familyOf(model2);
  return {
    classes: rest.classes,
    features: rest.features,
    metadata: { ...rest, family: model2.family },
    predictTable: (table2) => family.probabilities(model2, applyPreprocessor(preprocessor, table2)),
    predictRow: rowPredictor({ model: model2, preprocessor, ...rest })
  };
}
function rowPredictor(content) {
  const { model: model2, preprocessor, classes: classes2, threshold = 0.5 } = content;
  const check = checkRow(preprocessor.inputs);
  const toFeatures = compileRow(preprocessor);
  const toProbabilities = familyOf(model2).compile(model2);
  const positive2 = positiveCode(content);
  return (row) => {
    check(row);
    const values = toProbabilities(toFeatures(row));
    const predicted = choose(values, positive2, threshold);
    const probabilities = {};
    for (let code = 0; code < classes2.length; code++) probabilities[classes2[code]] = values[code];
    return { prediction: classes2[predicted], confidence: values[predicted], probabilities };
  };
}

// libs/learning/src/npy.ts
var MAGIC = "\x93NUMPY\0";
function encodeNpy(array) {
  const values = ArrayBuffer.isView(array) ? array : array.values;
  const shape = ArrayBuffer.isView(array) ? `(${array.length},)` : `(${array.rows}, ${array.columns})`;
  const type = values instanceof Int32Array ? "<i4" : "<f8";
  const header = paddedHeader(`{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }`);
  const bytes2 = new Uint8Array(header.length + values.byteLength);
  bytes2.set(header);
  bytes2.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), header.length);
  return bytes2;
}
function paddedHeader(description) {
  const length = Math.ceil((MAGIC.length + 2 + description.length + 1) / 64) * 64 - MAGIC.length - 2;
  const text = `${MAGIC}${String.fromCharCode(length & 255, length >> 8)}${description.padEnd(length - 1)}
`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

// ../../tmp/lt/b.ts
import { writeFileSync } from "fs";
var steps = [{ impute: "numeric", with: "median" }, { impute: "categorical", with: "most-frequent" }, { scale: "numeric", with: "standard" }, { encode: "categorical", with: "one-hot", minFrequency: 10 }];
var t = await openTables();
var table = await t.readTable("/work/shared/data/telco_customer_churn.csv");
var { classes, codes } = labelCodes(columnNamed(table, "Churn"));
var features2 = table.columns.map((c) => c.name).filter((n) => n !== "Churn" && n !== "customerID");
var p = fitPreprocessor(table, steps, { features: features2 });
var x = applyPreprocessor(p, table);
writeFileSync("/tmp/lt/x.npy", encodeNpy(x));
writeFileSync("/tmp/lt/y.npy", encodeNpy(codes));
var times = [];
for (let k = 0; k < 8; k++) {
  const s = performance.now();
  logisticRegression.fit(x, codes, 2, logisticRegression.defaults, seededRandom(1));
  times.push(performance.now() - s | 0);
}
console.log("LR fit ms", times.join());
var model = logisticRegression.fit(x, codes, 2, logisticRegression.defaults, seededRandom(1));
console.log("intercept", model.intercepts, "w0", model.coefficients[0].slice(0, 3));
var bytes = packModel({ model, preprocessor: p, classes, target: "Churn", positive: "Yes", features: describeFeatures(table, features2), metrics: {}, seed: 1 });
console.log("package bytes", bytes.length);
var m = openModel(bytes);
var rows = Array.from({ length: 7043 }, (_, i) => features2.map((f) => cell(columnNamed(table, f), i) ?? null));
var named = rows.map((r) => Object.fromEntries(features2.map((f, i) => [f, r[i]])));
for (const rs of [rows, named]) for (let k = 0; k < 4; k++) {
  const s = performance.now();
  for (const r of rs) m.predictRow(r);
  console.log("predictRow us", ((performance.now() - s) / 7043 * 1e3).toFixed(2));
}
{
  const s = performance.now();
  m.predictTable(table);
  console.log("predictTable ms", performance.now() - s | 0);
}
var split2 = splitRows({ rows: 7043, test: 2e3 / 7043, stratify: codes, seed: 1 });
var small = takeMatrixRows(x, split2.test);
var ys = takeCodes(codes, split2.test);
{
  const s = performance.now();
  const st = randomForest.fit(small, ys, 2, randomForest.defaults, seededRandom(1));
  console.log("RF 2000 rows default ms", performance.now() - s | 0, JSON.stringify(st).length);
  const tr = takeMatrixRows(x, split2.train);
  console.log(evaluateProbabilities({ labels: takeCodes(codes, split2.train), probabilities: randomForest.probabilities(st, tr), classes }));
}
var tb = await t.readTable(`/work/shared/data/iris.csv`);
{
  const l = labelCodes(columnNamed(tb, "species"));
  const s = performance.now();
  const cv = crossValidate({ table: tb, y: l.codes, classes: l.classes, family: "random-forest", preprocess: [], features: tb.columns.map((c) => c.name).filter((n) => n !== "species"), seed: 42, folds: 5 });
  console.log("iris RF", cv.mean.accuracy, performance.now() - s | 0);
}
t.close();
