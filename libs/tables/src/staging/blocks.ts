import type { DuckDBDataChunk } from "@duckdb/node-api";
import { streamChunks } from "../duckdb/stream-chunks.js";
import { textCoder, type TextCoder } from "../duckdb/text-coder.js";
import { readNumbers, readTexts } from "../duckdb/vectors.js";
import type { Block } from "../plain/row-store.js";
import type { TextDictionary } from "../plain/text-dictionary.js";
import type { StagedRows } from "./staged-rows.js";

/** All rows in their order, some at a time, wherever they are. */
export function blocksOf(staged: StagedRows): AsyncIterable<Block> {
  return staged.store ? staged.store.blocks() : tableBlocks(staged);
}

// A column of texts that are all different must not fill the memory: what is known of texts is forgotten now and then.
const KNOWN_TEXTS = 50_000;

async function* tableBlocks({ connect, columns }: StagedRows): AsyncGenerator<Block, void, undefined> {
  const names = columns.map((_, index) => `c${index}`).join(", ");
  const coders = columns.map(knownTexts);
  for await (const chunk of streamChunks(await connect(), `select ${names} from staged`)) {
    columns.forEach(({ kind }, index) => {
      if (kind === "text" && coders[index]!.dictionary.size > KNOWN_TEXTS) coders[index] = knownTexts();
    });
    yield blockOf(chunk, [...coders]);
  }
}

function knownTexts() {
  const coder = textCoder();
  const dictionary: TextDictionary = {
    get size() {
      return coder.dictionary.length;
    },
    bytesOf: (code) => Buffer.from(coder.dictionary[code]!, "utf8"),
  };
  return { coder, dictionary };
}

type Known = { readonly coder: TextCoder; readonly dictionary: TextDictionary };

const blockOf = (chunk: DuckDBDataChunk, coders: readonly Known[]): Block => ({
  rows: chunk.rowCount,
  numbers(column) {
    const values = new Float64Array(chunk.rowCount);
    readNumbers(chunk, column, values, 0);
    return values;
  },
  texts(column) {
    const codes = new Int32Array(chunk.rowCount);
    const { coder, dictionary } = coders[column]!;
    readTexts(chunk, column, coder, codes, 0);
    return { codes, dictionary };
  },
});
