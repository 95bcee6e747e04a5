import { sha256 } from "@millrace/contracts";
import { tensorFields, type Domain, type GraphNode } from "./encode-model.js";
import type { Attributes, Graph, Tensor } from "./graph.js";
import { joined, type Fields } from "./protobuf.js";

export interface NewGraph extends Graph {
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Fields>;
  /** Gives a tensor the name of an output. */
  name(tensor: string, output: string): void;
}

/** An empty graph; `taken` are the names of its inputs and outputs, which no tensor between them may have. */
export function newGraph(taken: Iterable<string> = []): NewGraph {
  const nodes: GraphNode[] = [];
  const constants = new Map<string, Fields>();
  const constantOf = new Map<string, string>();
  const newName = freshNames(taken);

  function addMany(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes: Attributes = {},
    domain: Domain = "",
  ) {
    const outputs = Array.from({ length: count }, () => newName(operator));
    nodes.push({ operator, domain, inputs, outputs, attributes });
    return outputs;
  }

  function constant(tensor: Tensor): string {
    const content = joined(tensorFields(tensor));
    const digest = sha256(content);
    const known = constantOf.get(digest);
    if (known !== undefined) return known;
    const name = newName("constant");
    constants.set(name, [content]);
    constantOf.set(digest, name);
    return name;
  }

  return {
    nodes,
    constants,
    constant,
    addMany,
    add: (operator, inputs, attributes, domain) => addMany(operator, inputs, 1, attributes, domain)[0]!,
    name: (tensor, output) =>
      void nodes.push({ operator: "Identity", domain: "", inputs: [tensor], outputs: [output], attributes: {} }),
  };
}

function freshNames(taken: Iterable<string>): (stem: string) => string {
  const used = new Set(taken);
  const counts = new Map<string, number>();
  return (stem) => {
    for (;;) {
      const count = (counts.get(stem) ?? 0) + 1;
      counts.set(stem, count);
      const name = `${stem}_${count}`;
      if (!used.has(name)) return name;
    }
  };
}
