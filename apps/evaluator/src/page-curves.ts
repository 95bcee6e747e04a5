import { html, type Markup } from "@millrace/pages";
import type { Curves, Point } from "./curves.js";
import { curveSvg, type Line } from "./curve-svg.js";
import type { Report } from "./report.js";

/** ROC, precision over recall and calibration of both models; of more than two classes each class by itself. */
export function curvesSection({ challenger, champion }: Report): Markup | undefined {
  if (challenger === undefined) return undefined;
  const both = { challenger: challenger.curves, champion: champion?.curves };
  const names = challenger.curves.classes.map((one) => one.of);
  const of = (name: string) => (challenger.classes.length === 2 ? "" : ` of ${name}`);
  return html`<h2>Curves</h2>
    <p class="key">
      <span><i class="a"></i>challenger</span>
      ${both.champion && html`<span><i class="b"></i>champion (dashed)</span>`}
    </p>
    <div class="plots">
      ${names.flatMap((name) => [
        curveSvg({ title: `ROC${of(name)}`, ...axesOfRoc, lines: linesOf(both, name, "roc") }),
        curveSvg({ title: `Precision and recall${of(name)}`, ...axesOfPr, lines: linesOf(both, name, "pr") }),
      ])}
      ${curveSvg({ title: "Calibration", ...axesOfCalibration, lines: calibrationLines(both) })}
    </div>`;
}

const axesOfRoc = { x: "false positive rate", y: "true positive rate", diagonal: true };
const axesOfPr = { x: "recall", y: "precision" };
const axesOfCalibration = { x: "predicted", y: "observed", diagonal: true };

interface Both {
  readonly challenger: Curves;
  readonly champion?: Curves;
}

const linesOf = ({ challenger, champion }: Both, name: string, kind: "roc" | "pr"): Line[] => {
  const points = (curves: Curves | undefined): readonly Point[] =>
    curves?.classes.find(({ of }) => of === name)?.[kind] ?? [];
  return [
    { of: "then" as const, points: points(champion) },
    { of: "now" as const, points: points(challenger) },
  ].filter((line) => line.points.length > 0);
};

const calibrationLines = ({ challenger, champion }: Both): Line[] => {
  const points = (curves: Curves): Point[] =>
    curves.calibration.map(({ predicted, observed }) => [predicted, observed]);
  const mine: Line = { of: "now", points: points(challenger), dots: true };
  return champion === undefined ? [mine] : [{ of: "then", points: points(champion), dots: true }, mine];
};
