import type { ModelState } from "../models/family.js";
import type { StackingState } from "../models/stacking.js";
import type { VotingState } from "../models/voting.js";
import type { Graph } from "./graph.js";
import { beside, cast, column, scalar } from "./operators.js";

/** How the members are added to the graph. It is handed in: an exporter of members is one of the exporters. */
type MemberToOnnx = (state: ModelState, graph: Graph, x: string) => string;

/** The weighted mean of what the members give, in their order. */
export const votingToOnnx =
  (memberToOnnx: MemberToOnnx) =>
  ({ members, weights }: VotingState, graph: Graph, x: string): string =>
    members
      .map((member, index) => graph.add("Mul", [memberToOnnx(member, graph, x), scalar(graph, weights[index]!)]))
      .reduce((sum, share) => graph.add("Add", [sum, share]));

/** The final model on what the members give, in float32; of two classes the second says all. */
export const stackingToOnnx =
  (memberToOnnx: MemberToOnnx) =>
  ({ members, final, classes, passthrough }: StackingState, graph: Graph, x: string): string => {
    const outputs = members.map((member) => memberToOnnx(member, graph, x));
    const shown = outputs.map((output) => cast(graph, classes === 2 ? secondColumn(graph, output) : output, "float"));
    return memberToOnnx(final, graph, beside(graph, passthrough ? [...shown, x] : shown));
  };

const secondColumn = (graph: Graph, outputs: string): string => column(graph, outputs, [1]);
