import { beforeEach, expect, test } from "vitest";
import type { Command, Event, Task } from "@/shared/api/types";
import { type Pending, Store } from "./store";

const ME = "usr_me";
let store: Store;
let commands = 0;

function task(id: string, change: Partial<Task> = {}): Task {
  return {
    id, number: Number(id.replace(/\D/g, "")) || 1, title: id, body: "", type: "task", column: "col_a", rank: "V", priority: "none", estimate: null,
    assignees: [], labels: [], due: null, parent: null, epic: null, sprint: null, blocks: [], relates: [], duplicate_of: null, watchers: [],
    created_by: ME, created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z", started_at: null, done_at: null, ...change,
  };
}

const column = (id: string, rank: string, category: "todo" | "doing" | "done") => ({ kind: "column", version: 1, id, name: id, category, rank, wip_limit: null, wip_enforced: false });

function event(seq: number, entity: object, command = `cmd_other${seq}`): Event {
  return { seq, command, actor: ME, at: "2026-01-02T00:00:00Z", kind: "task.update", changes: [{ op: "put", entity }] } as unknown as Event;
}

function asked(command: Command, id = `cmd_${++commands}`): Pending {
  return { id, command, at: Date.UTC(2026, 0, 3) };
}

const titles = (column: string) => store.inColumn(column).map((task) => task.title);

beforeEach(() => {
  store = new Store("prj_p", ME);
  store.reset("epoch", 5);
  store.load([
    column("col_a", "A", "todo"),
    column("col_b", "B", "doing"),
    ...[task("tsk_1", { rank: "1" }), task("tsk_2", { rank: "2" }), task("tsk_3", { rank: "3" })].map((one) => ({ kind: "task", version: 5, ...one })),
  ]);
  store.markReady();
});

test("a move shows at once, and the server's event takes its place", () => {
  const move = asked({ type: "task.move", id: "tsk_1", column: "col_b" });
  store.ask(move);
  expect([titles("col_a"), titles("col_b")]).toEqual([["tsk_2", "tsk_3"], ["tsk_1"]]);
  expect(store.isPending("task", "tsk_1")).toBe(true);
  store.apply(event(6, { kind: "task", ...task("tsk_1", { column: "col_b", rank: "Q" }) }, move.id));
  expect([store.get("task", "tsk_1")?.rank, store.isPending("task", "tsk_1"), store.pending.length]).toEqual(["Q", false, 0]);
});

test("a refused command leaves no trace, and the later ones stand", () => {
  const move = asked({ type: "task.move", id: "tsk_1", column: "col_b" });
  store.ask(move);
  store.ask(asked({ type: "task.update", id: "tsk_1", fields: { title: "Renamed" } }));
  store.drop(move.id);
  expect(store.get("task", "tsk_1")).toMatchObject({ column: "col_a", title: "Renamed" });
});

test("what others change shows below what is asked here", () => {
  store.ask(asked({ type: "task.update", id: "tsk_1", fields: { priority: "high" } }));
  store.apply(event(6, { kind: "task", ...task("tsk_1", { title: "From elsewhere", rank: "1" }) }));
  expect(store.get("task", "tsk_1")).toMatchObject({ title: "From elsewhere", priority: "high" });
});

test("events in the wrong order, twice, or of unknown things do no harm", () => {
  expect(store.apply(event(7, { kind: "task", ...task("tsk_1", { title: "Too early" }) }))).toBe(false);
  expect(store.apply(event(5, { kind: "task", ...task("tsk_1", { title: "Too late" }) }))).toBe(false);
  expect(store.apply(event(6, { kind: "hologram", id: "holo_1", what: "ever" }))).toBe(true);
  expect(store.apply({ ...event(7, {}), changes: [{ op: "remove", kind: "task", id: "tsk_404" }] } as unknown as Event)).toBe(true);
  expect([store.get("task", "tsk_1")?.title, store.seq]).toEqual(["tsk_1", 7]);
});

test("an older page of the bootstrap does not undo a newer one", () => {
  store.load([{ kind: "task", version: 4, ...task("tsk_1", { title: "Old" }) } as never]);
  expect(store.get("task", "tsk_1")?.title).toBe("tsk_1");
});

test("after a reset only what is asked here is left", () => {
  store.ask(asked({ type: "task.create", id: "tsk_9", fields: { title: "Kept" } }));
  store.reset("another", 1);
  store.load([column("col_z", "A", "todo")]);
  store.markReady();
  expect(titles("col_z")).toEqual(["Kept"]);
});

test("a command that changed nothing is over when the server says so", () => {
  const nothing = asked({ type: "task.move", id: "tsk_1" });
  store.ask(nothing);
  store.accepted(nothing.id, 5);
  expect(store.pending).toEqual([]);
});

test("one that is accepted is shown until its event is here, whichever comes first", () => {
  const move = asked({ type: "task.move", id: "tsk_1", column: "col_b" });
  store.ask(move);
  store.accepted(move.id, 7);
  store.apply(event(6, { kind: "task", ...task("tsk_3", { title: "Meanwhile" }) }));
  expect(store.get("task", "tsk_1")?.column).toBe("col_b");
  store.apply(event(7, { kind: "task", ...task("tsk_1", { column: "col_b", rank: "Q" }) }, move.id));
  expect(store.pending).toEqual([]);
});

test("between two neighbours a card lands between them", () => {
  store.ask(asked({ type: "task.move", id: "tsk_3", after: "tsk_1" }));
  expect(titles("col_a")).toEqual(["tsk_1", "tsk_3", "tsk_2"]);
  store.ask(asked({ type: "task.move", id: "tsk_2", before: "tsk_1" }));
  expect(titles("col_a")).toEqual(["tsk_2", "tsk_1", "tsk_3"]);
});

test("deleting a task unties others, and done columns set the time", () => {
  store.apply(event(6, { kind: "task", ...task("tsk_2", { parent: "tsk_1", blocks: ["tsk_1"], rank: "2" }) }));
  store.ask(asked({ type: "task.delete", id: "tsk_1" }));
  expect(store.get("task", "tsk_1")).toBeUndefined();
  expect(store.get("task", "tsk_2")).toMatchObject({ parent: null, blocks: [] });
  store.ask(asked({ type: "column.update", id: "col_b", fields: { category: "done" } }));
  store.ask(asked({ type: "task.move", id: "tsk_3", column: "col_b" }));
  expect(store.get("task", "tsk_3")?.done_at).toBe("2026-01-03T00:00:00.000Z");
});

test("only those are told who look at what changed", async () => {
  const told: string[] = [];
  for (const topic of ["task:tsk_1", "task:tsk_2", "column:col_a", "column:col_b", "kind:task", "columns"]) store.subscribe(topic, () => told.push(topic));
  const before = store.inColumn("col_b");
  store.apply(event(6, { kind: "task", ...task("tsk_1", { title: "New", rank: "1" }) }));
  await Promise.resolve();
  expect(told.sort()).toEqual(["column:col_a", "kind:task", "task:tsk_1"]);
  expect(store.inColumn("col_b")).toBe(before);
});
