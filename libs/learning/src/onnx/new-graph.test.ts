import { encodeModel } from "./encode-model.js";
import { newGraph, type NewGraph } from "./new-graph.js";
import { outputNames } from "./output-names.js";

const encode = ({ nodes, constants }: NewGraph) =>
  encodeModel({
    ...{ name: "g", producer: { name: "millrace", version: "2" }, nodes, constants, metadata: { a: "b" } },
    ...{ inputs: [], outputs: [] },
  });

describe("a graph", () => {
  it("has the same constant once, and others apart", () => {
    const graph = newGraph();
    const one = graph.constant({ type: "float", values: [1], shape: [1] });
    expect(graph.constant({ type: "float", values: Float32Array.of(1), shape: [1] })).toBe(one);
    const others = [
      graph.constant({ type: "double", values: [1], shape: [1] }),
      graph.constant({ type: "float", values: [1], shape: [] }),
      graph.constant({ type: "float", values: [-0], shape: [1] }),
      graph.constant({ type: "float", values: [0], shape: [1] }),
      graph.constant({ type: "int64", values: [1], shape: [1] }),
      graph.constant({ type: "bool", values: [true], shape: [1] }),
      graph.constant({ type: "string", values: ["1"], shape: [1] }),
    ];
    expect(new Set([one, ...others]).size).toBe(8);
    expect(graph.constants.size).toBe(8);
  });

  it("gives no tensor the name of an input or an output", () => {
    const graph = newGraph(["Add_1", "Add_2", "constant_1"]);
    expect(graph.add("Add", ["Add_1", "Add_1"])).toBe("Add_3");
    expect(graph.addMany("Split", ["Add_3"], 2)).toEqual(["Split_1", "Split_2"]);
    expect(graph.constant({ type: "float", values: [1], shape: [] })).toBe("constant_2");
  });

  it("has the same bytes whenever the same is built", () => {
    const build = () => {
      const graph = newGraph(["x"]);
      const two = graph.constant({ type: "float", values: [2], shape: [] });
      graph.name(graph.add("Mul", ["x", two]), "y");
      return graph;
    };
    expect(encode(build())).toEqual(encode(build()));
  });
});

it("outputs are named by their classes, in safe letters, and differ from each other and from the features", () => {
  expect(outputNames(["<=50K", ">50K", "ja/né", "__50K"], ["age", "label"])).toEqual({
    label: "label_2",
    probabilities: ["probability___50K", "probability__50K", "probability_ja_n_", "probability___50K_2"],
  });
});
