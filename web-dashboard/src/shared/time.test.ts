import { expect, test } from "vitest";
import { ago, readMinutes, shownInstant, shownMinutes, today } from "./time";

test("time spent is read as people write it", () => {
  const read = { "90": 90, "1:30": 90, "1.5h": 90, "1,5 h": 90, "1h 30m": 90, "1h30": 90, "45m": 45, "2h": 120 };
  for (const [text, minutes] of Object.entries(read)) expect(readMinutes(text), text).toBe(minutes);
  for (const text of ["", "0", "soon", "-5", "1:75", "h", "1h 30x"]) expect(readMinutes(text), text).toBeUndefined();
});

test("time spent is shown as it may be typed", () => {
  for (const minutes of [1, 59, 60, 61, 90, 600]) expect(readMinutes(shownMinutes(minutes))).toBe(minutes);
});

test("a day is that of the reader's calendar", () => {
  expect(today(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
});

test("moments are told relatively, and nonsense is shown as it is", () => {
  const now = Date.UTC(2026, 10, 22, 12);
  expect(ago(now - 3 * 3_600_000, now)).toMatch(/3/);
  expect(shownInstant("soon")).toBe("soon");
});
