const DAY = 86_400_000;
const HOUR = 3_600_000;
const isoText =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?)?\s*(?:Z|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * Milliseconds since 1970 of an ISO date, or NaN. The clock is read as it is written: an offset from UTC is not applied,
 * so that the hour of "2024-05-01T23:10+02:00" is 23 and its day is the first.
 */
export function isoMilliseconds(text: string): number {
  const match = isoText.exec(text);
  if (!match) return NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as Six;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN;
  if (hour > 23 || minute > 59 || second > 60) return NaN;
  return daysFromCivil(year, month, day) * DAY + hour * HOUR + minute * 60_000 + second * 1000;
}

type Six = [number, number, number, number, number, number];

const daysInMonth = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Howard Hinnant, "chrono-compatible low-level date algorithms": days since 1970 of a date of the Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The same page's civil_from_days. */
function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch + (monthFromMarch < 10 ? 3 : -9);
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

// Years 0 to 9999: outside of it a number is no date but a mistake, and counts as missing.
const FIRST = daysFromCivil(0, 3, 1);
const LAST = daysFromCivil(9999, 12, 31);

const daysOf = (milliseconds: number): number => {
  const days = Math.floor(milliseconds / DAY);
  return days >= FIRST && days <= LAST ? days : NaN;
};

/** Of milliseconds since 1970; NaN for NaN. Monday is weekday 0, as in pandas. */
export const dateParts = {
  year: (milliseconds: number) => civilFromDays(daysOf(milliseconds)).year,
  month: (milliseconds: number) => civilFromDays(daysOf(milliseconds)).month,
  day: (milliseconds: number) => civilFromDays(daysOf(milliseconds)).day,
  weekday: (milliseconds: number) => (((daysOf(milliseconds) + 3) % 7) + 7) % 7,
  hour: (milliseconds: number) =>
    daysOf(milliseconds) -
    daysOf(milliseconds) +
    Math.floor((milliseconds - Math.floor(milliseconds / DAY) * DAY) / HOUR),
  days: daysOf,
} satisfies Record<string, (milliseconds: number) => number>;

export type DatePart = keyof typeof dateParts;

export const calendar = { DAY, HOUR, FIRST, LAST };
