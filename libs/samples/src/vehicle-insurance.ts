import { logistic, rounded, within, type Draw } from "./draw.js";
import type { Drawn, SampleKind } from "./sample.js";

const regions = Array.from({ length: 53 }, (_, code) => [code, code === 28 ? 28 : 1 + ((code * 7) % 5)] as const);
const channels = [
  [152, 35],
  [26, 21],
  [124, 19],
  [160, 6],
  [156, 3],
  [157, 2],
  [122, 3],
  [154, 2],
  [151, 1],
  [163, 1],
] as const;
const goodChannels = new Set([26, 124, 156, 157, 154, 163]);

/** Customers with a health policy: who would take one for the vehicle as well? One in eight would. */
export const vehicleInsurance: SampleKind = {
  name: "vehicle-insurance",
  about: "customers of a health insurance; Response 1 wants one for the vehicle as well",
  files: [
    {
      file: "vehicle-insurance.csv",
      header: [
        ...["id", "Gender", "Age", "Driving_License", "Region_Code", "Previously_Insured", "Vehicle_Age"],
        ...["Vehicle_Damage", "Annual_Premium", "Policy_Sales_Channel", "Vintage", "Response"],
      ],
    },
  ],
  metric: "f1",
  rowsOf: (draw, drift) => (index) => customer(draw, drift, index),
};

function customer(draw: Draw, drift: number, index: number): Drawn {
  const isYoung = draw.chance(0.5);
  const age = within(rounded((isYoung ? draw.normal(25, 3) : draw.normal(48, 11)) + 15 * drift), 20, 85);
  const gender = draw.chance(0.54) ? "Male" : "Female";
  const license = draw.chance(0.998) ? 1 : 0;
  const region = draw.pick(regions);
  const insured = draw.chance(isYoung ? 0.62 : 0.3) ? 1 : 0;
  const years = draw.pick(isYoung ? ([["< 1 Year", 8], ["1-2 Year", 2]] as const) : ([["< 1 Year", 1], ["1-2 Year", 17], ["> 2 Years", 2]] as const)); // prettier-ignore
  const damage = draw.chance(insured ? 0.1 : 0.86) ? "Yes" : "No";
  const premium = draw.chance(0.17) ? 2630 : rounded(Math.exp(draw.normal(10.3 + 0.45 * drift, 0.45)));
  const channel = draw.pick(channels);
  const score =
    -5.6 +
    (damage === "Yes" ? 2.6 : 0) -
    (insured ? 3.2 : 0) +
    1.5 * Math.exp(-(((age - 42) / 14) ** 2)) +
    { "< 1 Year": -0.5, "1-2 Year": 0.4, "> 2 Years": 0.9 }[years] +
    (region === 28 ? 0.5 : 0) +
    (goodChannels.has(channel) ? 0.6 : 0) +
    (license ? 0.6 : -1) +
    0.25 * ((premium - 30_000) / 17_000);
  const chance = logistic(score);
  const cells = [index + 1, gender, age, license, region, insured, years, damage, premium, channel];
  return { files: [[[...cells, 10 + Math.floor(290 * draw.next()), draw.chance(chance) ? 1 : 0]]], chance };
}
