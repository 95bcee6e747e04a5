import { bucketsTransform } from "./buckets.js";
import { clipTransform } from "./clip.js";
import { fillTransform } from "./impute.js";
import type { NumberTransform } from "./number-transform.js";
import { powerTransform } from "./power.js";
import type { NumberStepState } from "./preprocessor-state.js";
import { quantileTransform } from "./quantile-transform.js";
import { scaleTransform } from "./scale.js";

const transforms: { readonly [Name in NumberStepState["step"]]: unknown } = {
  fill: fillTransform,
  clip: clipTransform,
  scale: scaleTransform,
  power: powerTransform,
  quantile: quantileTransform,
  buckets: bucketsTransform,
};

export const transformOf = ({ step }: NumberStepState): NumberTransform<NumberStepState> =>
  transforms[step] as NumberTransform<NumberStepState>;
