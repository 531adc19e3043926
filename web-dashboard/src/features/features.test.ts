import { expect, test } from "vitest";
import type { Event, Task } from "@/shared/api/types";
import { fits } from "@/app/fits";
import { boardSearch } from "@/app/search";
import { filterOf, NOBODY } from "@/features/board/filter";
import { keyOf } from "@/features/home/key";
import { inWords } from "@/features/task/in-words";
import { bySlug, slugOf } from "@/shared/slug";

const task = (change: Partial<Task>): Task => ({ number: 12, title: "Paint the door", assignees: [], labels: [], priority: "none", column: "col_a", rank: "V", body: "", type: "task", ...change }) as Task;
const names = { key: "DM", people: new Map([["usr_1", { id: "usr_1", handle: "ann", name: "Ann", service: false, member: true }]]), label: (id: string) => (id === "lbl_1" ? "wood" : undefined) };
const shows = (search: Parameters<typeof filterOf>[0], one: Task) => filterOf(search, names)?.(one) ?? true;

test("a filter finds words, keys, people and labels, all of them together", () => {
  const one = task({ assignees: ["usr_1"], labels: ["lbl_1"] });
  for (const q of ["door", "DM-12", "@ann", "#wood", "PAINT door", "@ann #wood"]) expect(shows({ q }, one), q).toBe(true);
  for (const q of ["window", "DM-13", "@bob", "door @bob"]) expect(shows({ q }, one), q).toBe(false);
  expect(shows({ assignee: NOBODY }, one)).toBe(false);
  expect(shows({ assignee: NOBODY, priority: "none" }, task({}))).toBe(true);
  expect(filterOf({}, names)).toBeUndefined();
});

test("an address is read with care", () => {
  expect(boardSearch({ q: "x", task: "12", lanes: "epic", extra: 1 })).toEqual({ q: "x", task: 12, lanes: "epic" });
  expect(boardSearch({ q: ["x"], task: -1, lanes: "moon", assignee: {} })).toEqual({});
});

test("projects are called by their key, and by their identity when two have the same", () => {
  const all = [{ id: "prj_1", key: "DM" }, { id: "prj_2", key: "WEB" }, { id: "prj_3", key: "DM" }];
  expect(all.map((one) => slugOf(one, all))).toEqual(["prj_1", "WEB", "prj_3"]);
  expect(bySlug("web", all)?.id).toBe("prj_2");
  expect([bySlug("DM", all), bySlug("prj_3", all)?.id]).toEqual([undefined, "prj_3"]);
});

test("a project's key comes from its name", () => {
  expect(["DevMentor", "Open data portal", "42 things", "élan", ""].map(keyOf)).toEqual(["DEVM", "ODP", "T", "LAN", ""]);
});

test("the palette prefers beginnings", () => {
  expect(fits("Board of DM", "boa")).toBeGreaterThan(fits("Keyboard", "boa"));
  expect([fits("New task", "nt") > 0, fits("New task", "xq")]).toEqual([true, 0]);
});

test("history says what changed", () => {
  const event = { kind: "task.update", at: "2026-01-01T00:00:00Z" } as Event;
  const words = (before: Task | undefined, now: Task, kind = event.kind) => inWords({ ...event, kind }, before, now, { column: () => "Done", person: () => "Ann" });
  expect(words(task({}), task({ title: "Oil it", priority: "high" }))).toBe("renamed it from “Paint the door”, set the priority to high");
  expect(words(task({}), task({ column: "col_b" }), "bulk")).toBe("moved it to Done");
  expect(words(task({}), task({ assignees: ["usr_1"], due: "2026-12-01" }))).toBe("set the due date to 2026-12-01, gave it to Ann");
  expect(words(undefined, task({}), "task.create")).toBe("made the task");
});
