/** What a database calls a time, as PostgreSQL, MySQL and DuckDB write it: 2024-05-01 10:00:00.123456+02, in UTC where no zone is said. */
const form =
  /^(-?\d{1,6})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(\.\d+)?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)?( BC)?$/;

/** Milliseconds since 1970, microseconds in the fraction; NaN for what is no time (0000-00-00 of MySQL). */
export function timeOf(text: string): number {
  const parts = form.exec(text);
  if (!parts) return text === "infinity" ? Infinity : text === "-infinity" ? -Infinity : NaN;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", sign, ...zone] = parts;
  if (month === "00" || day === "00") return NaN;
  const date = new Date(0);
  date.setUTCFullYear(zone[3] ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const [zoneHours = 0, zoneMinutes = 0, zoneSeconds = 0] = zone.slice(0, 3).map((text) => Number(text ?? 0));
  const offset = (zoneHours * 3600 + zoneMinutes * 60 + zoneSeconds) * (sign === "-" ? -1000 : 1000);
  return date.getTime() - (sign ? offset : 0) + Number(fraction) * 1000;
}

/** The text of a time to the microsecond, as every database reads it. */
export function timeText(milliseconds: number): string {
  const microseconds = Math.round((milliseconds - Math.floor(milliseconds)) * 1000);
  const whole = new Date(Math.floor(milliseconds) + (microseconds === 1000 ? 1 : 0)).toISOString();
  const [date, time] = whole.slice(0, -1).split("T");
  return `${date} ${time}${String(microseconds % 1000).padStart(3, "0")}`;
}
