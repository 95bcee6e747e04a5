import { logistic, rounded, within, type Draw } from "./draw.js";
import type { Cell, Drawn, SampleKind } from "./sample.js";

/** Customers of a bank, their cards and transactions: who leaves? Sixteen of a hundred do. */
export const bankChurn: SampleKind = {
  name: "bank-churn",
  about: "customers of a bank with their transactions; the Attrited Customer has left",
  files: [
    {
      file: "bank-churn.csv",
      header: [
        ...["CLIENTNUM", "Attrition_Flag", "Customer_Age", "Gender", "Dependent_count", "Income_Category"],
        ...["Card_Category", "Months_on_book", "Total_Relationship_Count", "Months_Inactive_12_mon"],
        ...["Contacts_Count_12_mon", "Credit_Limit", "Total_Revolving_Bal", "Total_Amt_Chng_Q4_Q1"],
        ...["Total_Trans_Amt", "Total_Trans_Ct", "Total_Ct_Chng_Q4_Q1", "Avg_Utilization_Ratio"],
      ],
    },
  ],
  metric: "roc_auc",
  rowsOf: (draw, drift) => (index) => customer(draw, drift, 700_000_000 + index),
};

const incomes = [
  ["Less than $40K", 35],
  ["$40K - $60K", 18],
  ["$60K - $80K", 14],
  ["$80K - $120K", 15],
  ["$120K +", 7],
] as const;
const cards = [
  ["Blue", 93],
  ["Silver", 5],
  ["Gold", 1.5],
  ["Platinum", 0.5],
] as const;

function customer(draw: Draw, drift: number, id: number): Drawn {
  const age = within(rounded(draw.normal(46, 8)), 26, 73);
  const gender = draw.chance(0.53) ? "F" : "M";
  const income = draw.chance(0.11) ? undefined : draw.pick(incomes);
  const months = within(rounded(age - 10 + draw.normal(0, 5)), 13, 56);
  const relations = 1 + Math.floor(6 * draw.next());
  const inactive = within(draw.poisson(2.3), 0, 6);
  const contacts = within(draw.poisson(2.4), 0, 6);
  const limit = rounded(within(Math.exp(draw.normal(8.5, 0.9)), 1438, 34_516));
  const revolving = draw.chance(0.25) ? 0 : rounded(within(draw.normal(1450, 600), 100, 2517));
  const count = within(rounded(draw.normal(65 + 23 * drift, 23)), 10, 139);
  const amount = rounded(within(count * Math.exp(draw.normal(4 + 0.35 * drift, 0.35)), 510, 20_000));
  const countChange = rounded(within(draw.normal(0.71, 0.23), 0, 3.5), 3);
  const amountChange = rounded(within(draw.normal(0.76, 0.21), 0, 3.4), 3);
  const score =
    0.2 -
    0.055 * (count - 40) -
    2.4 * (countChange * amountChange - 0.55) * 1.4 -
    0.0009 * (revolving - 600) -
    0.4 * (relations - 3.5) +
    0.45 * (inactive - 2.3) +
    0.45 * (contacts - 2.4) +
    0.00009 * (amount - 4400) +
    (gender === "F" ? 0.3 : 0);
  const chance = logistic(score - 0.9);
  const left = draw.chance(chance) ? "Attrited Customer" : "Existing Customer";
  const cells: Cell[] = [id, left, age, gender, within(draw.poisson(2.3), 0, 5), income, draw.pick(cards), months, relations, inactive]; // prettier-ignore
  const money = [limit, revolving, amountChange, amount, count, countChange, rounded(revolving / limit, 3)];
  return { files: [[[...cells, contacts, ...money]]], chance };
}
