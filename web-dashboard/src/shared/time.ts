/** Dates and times as the reader's language writes them. Days have no time zone; instants are shown in the reader's. */

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const instant = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/** Today by the reader's calendar, as `2026-11-22`. */
export function today(now: Date = new Date()): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export function shownDay(date: string): string {
  const parsed = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(parsed.getTime())) return date;
  return (date.slice(0, 4) === today().slice(0, 4) ? day : dayAndYear).format(parsed);
}

export function shownInstant(at: string | number): string {
  const parsed = new Date(at);
  return Number.isNaN(parsed.getTime()) ? String(at) : instant.format(parsed);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
];

/** How long ago, or in how long. */
export function ago(at: string | number, now: number = Date.now()): string {
  let amount = (new Date(at).getTime() - now) / 1000;
  if (Number.isNaN(amount)) return "";
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
    amount /= size;
  }
  return relative.format(Math.round(amount), "year");
}

/** `1h 30m` for people, as they type it too. */
export function shownMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 ? `${hours}h` : "", rest > 0 || hours === 0 ? `${rest}m` : ""].filter(Boolean).join(" ");
}

/** Minutes of `90`, `1:30`, `1.5h`, `1h 30m`; `undefined` for anything else. */
export function readMinutes(text: string): number | undefined {
  const plain = text.trim().toLowerCase().replace(",", ".");
  let match = /^(\d+):([0-5]?\d)$/.exec(plain);
  if (match) return Number(match[1]) * 60 + Number(match[2]);
  match = /^(?:(\d+(?:\.\d+)?)\s*h)?\s*(?:(\d+)\s*m?)?$/.exec(plain);
  if (!match || (match[1] === undefined && match[2] === undefined)) return undefined;
  const minutes = Math.round(Number(match[1] ?? 0) * 60) + Number(match[2] ?? 0);
  return minutes > 0 ? minutes : undefined;
}
