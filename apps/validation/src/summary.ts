import type { Finding } from "@millrace/contracts";

export interface Outcome {
  readonly rows: { readonly total: number; readonly train: number; readonly test: number };
  readonly columns: number;
  readonly findings: readonly Finding[];
  /** How many rows were kept apart. */
  readonly quarantined: number;
}

const mostTold = 5;

/** What was found, in a paragraph: the verdict, then what it is based on, the worst first. */
export function summaryOf({ rows, columns, findings, quarantined }: Outcome): string {
  const errors = findings.filter(({ severity }) => severity === "error");
  const size = `${counted(rows.total, "row")} and ${counted(columns, "column")}`;
  if (errors.length > 0) return [`The dataset (${size}) was refused.`, ...told(errors)].join(" ");
  const apart =
    quarantined === 0 ? "" : `; ${counted(quarantined, "row")} ${quarantined === 1 ? "was" : "were"} kept apart`;
  const verdict = `The dataset (${size}) was accepted${apart}`;
  if (findings.length === 0) return `${verdict}; nothing was found wrong with it.`;
  const worst = [...findings].sort((one, other) => rank(one) - rank(other));
  return [`${verdict}.`, ...worst.slice(0, mostTold).map(({ message }) => message), ...more(findings.length)].join(" ");
}

const told = (errors: readonly Finding[]): string[] => [
  ...errors.slice(0, mostTold).map(({ message, remedy }) => [message, remedy].filter(Boolean).join(" ")),
  ...more(errors.length),
];

const more = (count: number): string[] => (count > mostTold ? [`${count - mostTold} more are in the report.`] : []);

const rank = ({ severity }: Finding): number => ["error", "quarantine", "warning"].indexOf(severity);

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
