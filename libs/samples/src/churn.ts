import { logistic, rounded, within, type Draw } from "./draw.js";
import type { Cell, Drawn, SampleKind } from "./sample.js";

const contracts = [
  ["Month-to-month", 55],
  ["One year", 21],
  ["Two year", 24],
] as const;
const lines = [
  ["DSL", 34],
  ["Fiber optic", 44],
  ["No", 22],
] as const;
const payments = [
  ["Electronic check", 34],
  ["Mailed check", 23],
  ["Bank transfer (automatic)", 22],
  ["Credit card (automatic)", 21],
] as const;
const extras = ["OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies"];

/** Rows with the columns of pipelines/churn: customers of a telephone company, of whom a quarter leaves. */
export const churn: SampleKind = {
  name: "churn",
  about: "customers of a telephone company, with the columns of pipelines/churn; Churn Yes has left",
  files: [
    {
      file: "churn.csv",
      header: [
        ...[
          "customerID",
          "gender",
          "SeniorCitizen",
          "Partner",
          "Dependents",
          "tenure",
          "PhoneService",
          "MultipleLines",
        ],
        ...["InternetService", ...extras, "Contract", "PaperlessBilling", "PaymentMethod", "MonthlyCharges"],
        ...["TotalCharges", "Churn"],
      ],
    },
  ],
  metric: "roc_auc",
  rowsOf: (draw, drift) => (index) => customer(draw, drift, index),
};

function customer(draw: Draw, drift: number, index: number): Drawn {
  const yes = (share: number) => (draw.chance(share) ? "Yes" : "No");
  const person = [yes(0.5) === "Yes" ? "Male" : "Female", draw.chance(0.16) ? 1 : 0, yes(0.48), yes(0.3)] as const;
  const contract = draw.pick(contracts);
  const typical = { "Month-to-month": 18, "One year": 42, "Two year": 57 }[contract];
  const tenure = within(rounded(draw.normal(typical + 20 * drift, 17)), 0, 72);
  const phone = yes(0.9);
  const several = phone === "Yes" ? yes(0.46) : "No phone service";
  const internet = draw.pick(lines);
  const services = extras.map(() => (internet === "No" ? "No internet service" : yes(0.42)));
  const payment = draw.pick(payments);
  const paperless = yes(0.59);
  const monthly = monthlyOf(draw, drift, { internet, phone, count: services.filter((each) => each === "Yes").length });
  const total = tenure === 0 ? undefined : rounded(monthly * tenure * within(draw.normal(1, 0.06), 0.7, 1.3), 2);
  const score =
    -1.6 -
    0.045 * (tenure - 20) +
    { "Month-to-month": 0.7, "One year": -0.5, "Two year": -1.4 }[contract] +
    { DSL: 0, "Fiber optic": 1.1, No: -0.8 }[internet] -
    (services[0] === "Yes" ? 0.6 : 0) -
    (services[3] === "Yes" ? 0.6 : 0) +
    (payment === "Electronic check" ? 0.5 : 0) +
    (paperless === "Yes" ? 0.4 : 0) +
    (person[1] ? 0.3 : 0);
  const chance = logistic(score);
  const cells: Cell[] = [`${1000 + index}-SAMPL`, ...person, tenure, phone, several, internet, ...services, contract];
  return { files: [[[...cells, paperless, payment, monthly, total, draw.chance(chance) ? "Yes" : "No"]]], chance };
}

function monthlyOf(draw: Draw, drift: number, has: { internet: string; phone: string; count: number }): number {
  const line = has.internet === "Fiber optic" ? 50 : has.internet === "DSL" ? 25 : 0;
  const price = line + (has.phone === "Yes" ? 20 : 0) + 5 * has.count + draw.normal(2 + 15 * drift, 2);
  return rounded(within(price, 18, 160), 2);
}
