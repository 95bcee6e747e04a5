import { rounded, type Draw } from "./draw.js";
import type { Drawn, SampleKind } from "./sample.js";

/** Mean and deviation of each measure, about as Fisher found them. */
const species = {
  setosa: [5.0, 0.35, 3.4, 0.38, 1.5, 0.17, 0.25, 0.1],
  versicolor: [5.9, 0.5, 2.8, 0.31, 4.3, 0.45, 1.3, 0.2],
  virginica: [6.6, 0.6, 3.0, 0.32, 5.5, 0.5, 2.0, 0.27],
} as const;
type Species = keyof typeof species;
const names = Object.keys(species) as Species[];
const MEASURES = 4;

/** Flowers of three kinds; each measure is normal around the mean of its kind. */
export const iris: SampleKind = {
  name: "iris",
  about: "flowers of three species with four measures",
  files: [{ file: "iris.csv", header: ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"] }],
  metric: "accuracy",
  rowsOf: (draw, drift) => () => flower(draw, drift),
};

function flower(draw: Draw, drift: number): Drawn {
  const name = draw.pick(names.map((each) => [each, 1] as const));
  const values = Array.from({ length: MEASURES }, (_, at) => {
    const moved = at < 2 ? drift * 0.6 : 0;
    return draw.normal(species[name][2 * at]! + moved, species[name][2 * at + 1]!);
  });
  const cells = values.map((value) => Math.max(0.1, rounded(value, 2)));
  return { files: [[[...cells, name]]], chance: likeliest(values, drift) };
}

/** By Bayes: how likely the likeliest species is, given the measures. */
function likeliest(values: readonly number[], drift: number): number {
  const densities = names.map((name) =>
    values.reduce((product, value, at) => {
      const [mean, deviation] = [species[name][2 * at]! + (at < 2 ? drift * 0.6 : 0), species[name][2 * at + 1]!];
      return (product * Math.exp(-(((value - mean) / deviation) ** 2) / 2)) / deviation;
    }, 1),
  );
  return Math.max(...densities) / densities.reduce((sum, density) => sum + density, 0);
}
