/** When a CronJob runs: the minutes, hours, days and months of five cron fields, as Kubernetes reads them. */
export interface CronSchedule {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** 0, which is Sunday, to 6. */
  readonly daysOfWeek: readonly number[];
  /** Whether a day has to fit one of both kinds of days, since both are limited; else it has to fit both. */
  readonly eitherDay: boolean;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fields = [
  { name: "minute", least: 0, most: 59, names: [] },
  { name: "hour", least: 0, most: 23, names: [] },
  { name: "day of the month", least: 1, most: 31, names: [] },
  { name: "month", least: 1, most: 12, names: months },
  { name: "day of the week", least: 0, most: 6, names: days },
] as const;

type Field = (typeof fields)[number];

/** Raises RangeError that says which field is wrong, for text that Kubernetes would not take or that no day fits. */
export function parseCronSchedule(text: string): CronSchedule {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length || text.trim() === "") {
    throw new RangeError("it is to have five fields: minute, hour, day of the month, month, day of the week");
  }
  const [minutes = [], hours = [], daysOfMonth = [], monthsOfYear = [], daysOfWeek = []] = fields.map((field, index) =>
    parseField(parts[index] ?? "", field),
  );
  const eitherDay = !isAny(parts[2] ?? "") && !isAny(parts[4] ?? "");
  const schedule = { minutes, hours, daysOfMonth, months: monthsOfYear, daysOfWeek, eitherDay };
  if (longestPauseSeconds(schedule) === undefined) throw new RangeError("there is no day that it fits");
  return schedule;
}

/** As Kubernetes sees it: a step does not limit, since it begins with all. */
function isAny(part: string): boolean {
  return part.split(",").some((each) => /^[*?]/.test(each));
}

function parseField(part: string, field: Field): number[] {
  const values = new Set(part.split(",").flatMap((each) => parseRange(each, field)));
  return [...values].sort((a, b) => a - b);
}

function parseRange(text: string, field: Field): number[] {
  const [, range = "", step] = /^([^/]+)(?:\/([1-9]\d{0,3}))?$/.exec(text) ?? [];
  const [from, to] = endsOf(range, step !== undefined, field);
  if (from === undefined || to === undefined || from > to) {
    throw new RangeError(
      `its ${field.name} is "${text}"; it takes ${field.least} to ${field.most}, such as *, 5, 1-5, */10 or 1,15`,
    );
  }
  const values: number[] = [];
  for (let value = from; value <= to; value += Number(step ?? "1")) values.push(value);
  return values;
}

/** Undefined for what is none of the field's numbers or names. */
function endsOf(range: string, hasStep: boolean, field: Field): [from: number | undefined, to: number | undefined] {
  if (range === "*" || range === "?") return [field.least, field.most];
  const [first = "", last, another] = range.split("-");
  if (another !== undefined) return [undefined, undefined];
  const from = numberOf(first, field);
  // `5/10` begins there and goes on to the end.
  if (last === undefined) return [from, hasStep ? field.most : from];
  return [from, numberOf(last, field)];
}

function numberOf(text: string, { least, most, names }: Field): number | undefined {
  const named = (names as readonly string[]).indexOf(text.toLowerCase());
  if (named >= 0) return named + least;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return number >= least && number <= most ? number : undefined;
}

const secondsOfDay = 86_400;
/** Longer than from one 29 February to the next, over a year that has none though its number can be divided by four. */
const daysLookedAt = 366 * 9;
/** The 1st of January of a year with a 29 February. */
const firstDay = Date.UTC(2000, 0, 1);

/** Of all times between two runs that follow each other; undefined where there are no two. */
export function longestPauseSeconds(schedule: CronSchedule): number | undefined {
  const times = schedule.hours.flatMap((hour) => schedule.minutes.map((minute) => (hour * 60 + minute) * 60));
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const withinDay = Math.max(0, ...times.map((time, index) => (times[index + 1] ?? time) - time));
  let longest: number | undefined;
  let previous: number | undefined;
  for (let day = 0; day < daysLookedAt; day += 1) {
    if (!fits(schedule, new Date(firstDay + day * secondsOfDay * 1000))) continue;
    if (previous !== undefined) {
      longest = Math.max(longest ?? withinDay, (day - previous) * secondsOfDay - last + first);
    }
    previous = day;
  }
  return longest;
}

function fits({ daysOfMonth, months: all, daysOfWeek, eitherDay }: CronSchedule, day: Date): boolean {
  if (!all.includes(day.getUTCMonth() + 1)) return false;
  const byMonth = daysOfMonth.includes(day.getUTCDate());
  const byWeek = daysOfWeek.includes(day.getUTCDay());
  return eitherDay ? byMonth || byWeek : byMonth && byWeek;
}
