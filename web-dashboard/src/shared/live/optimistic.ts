/**
 * What a command will probably do, so that it can be shown before the server has answered. The rules are the server's
 * (`domain/src/decide`); here stands only what is seen. The event that comes back replaces all of it.
 */
import type { Command, CommandOf, Entities, Kind, Relation, Task, TaskFields } from "@/shared/api/types";
import { between, inOrder } from "@/shared/ranks";

export interface Draft {
  me: string;
  get<K extends Kind>(kind: K, id: string): Entities[K] | undefined;
  all<K extends Kind>(kind: K): Iterable<Entities[K]>;
  put<K extends Kind>(kind: K, entity: Entities[K]): void;
  remove(kind: Kind, id: string): void;
}

type Rule<K extends Command["type"]> = (draft: Draft, command: CommandOf<K>, at: string) => void;
type Rules = { [K in Command["type"]]?: Rule<K> };

/** The fields that are given; `null` empties one, and what is left out stays. */
function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function change<K extends Kind>(draft: Draft, kind: K, id: string, to: (entity: Entities[K]) => Entities[K]): void {
  const entity = draft.get(kind, id);
  if (entity) draft.put(kind, to(entity));
}

function enter(draft: Draft, task: Task, column: string, at: string): Task {
  const category = draft.get("column", column)?.category;
  return {
    ...task,
    column,
    updated_at: at,
    started_at: category === "doing" ? (task.started_at ?? at) : task.started_at ?? null,
    done_at: category === "done" ? (task.done_at ?? at) : null,
  };
}

function inColumn(draft: Draft, column: string, but?: string): Task[] {
  const tasks: Task[] = [];
  for (const task of draft.all("task")) if (task.column === column && task.id !== but) tasks.push(task);
  return tasks.sort(inOrder);
}

function firstColumn(draft: Draft): string | undefined {
  return [...draft.all("column")].sort(inOrder)[0]?.id;
}

function withFields(task: Task, fields: TaskFields): Task {
  const { assignees, ...rest } = given(fields) as TaskFields;
  const watchers = assignees ? [...new Set([...task.watchers, ...assignees])] : task.watchers;
  return { ...task, ...(rest as Partial<Task>), ...(assignees ? { assignees } : {}), watchers };
}

const toggled = <T>(list: readonly T[], item: T, on: boolean): T[] => {
  const rest = list.filter((other) => other !== item);
  return on ? [...rest, item] : rest;
};

function link(draft: Draft, id: string, relation: Relation, other: string, on: boolean): void {
  switch (relation) {
    case "blocks":
      return change(draft, "task", id, (task) => ({ ...task, blocks: toggled(task.blocks, other, on) }));
    case "relates":
      change(draft, "task", id, (task) => ({ ...task, relates: toggled(task.relates, other, on) }));
      return change(draft, "task", other, (task) => ({ ...task, relates: toggled(task.relates, id, on) }));
    case "duplicates":
      return change(draft, "task", id, (task) => ({ ...task, duplicate_of: on ? other : null }));
  }
}

/** The first and the last rank after which, and before which, something is to stand. */
function rankAt(sorted: readonly { id: string; rank: string }[], after: string | null | undefined, before?: string | null): string {
  const above = after ? sorted.findIndex((one) => one.id === after) : -1;
  if (above >= 0) return between(sorted[above]!.rank, sorted[above + 1]?.rank);
  const below = before ? sorted.findIndex((one) => one.id === before) : -1;
  if (below >= 0) return between(sorted[below - 1]?.rank, sorted[below]!.rank);
  return between(sorted.at(-1)?.rank, undefined);
}

const rules: Rules = {
  "project.update": (draft, { fields }) => {
    for (const project of draft.all("project")) draft.put("project", { ...project, ...(given(fields) as object) });
  },
  "member.set": (draft, { user, role }) => draft.put("member", { id: user, role }),
  "member.remove": (draft, { user }) => draft.remove("member", user),
  "column.create": (draft, { id, fields, after }) => {
    const columns = [...draft.all("column")].sort(inOrder);
    const rank = rankAt(columns, after);
    draft.put("column", { id, name: "", category: "doing", wip_limit: null, wip_enforced: false, ...(given(fields) as object), rank });
  },
  "column.update": (draft, { id, fields }) => change(draft, "column", id, (column) => ({ ...column, ...(given(fields) as object) })),
  "column.move": (draft, { id, after }) =>
    change(draft, "column", id, (column) => {
      const others = [...draft.all("column")].filter((other) => other.id !== id).sort(inOrder);
      return { ...column, rank: after ? rankAt(others, after) : between(undefined, others[0]?.rank) };
    }),
  "column.delete": (draft, { id, move_tasks_to }, at) => {
    if (move_tasks_to) {
      let last = inColumn(draft, move_tasks_to).at(-1)?.rank;
      for (const task of inColumn(draft, id)) {
        last = between(last, undefined);
        draft.put("task", { ...enter(draft, task, move_tasks_to, at), rank: last });
      }
    }
    draft.remove("column", id);
  },
  "label.create": (draft, { id, fields }) => draft.put("label", { id, name: "", color: "#888888", ...(given(fields) as object) }),
  "label.update": (draft, { id, fields }) => change(draft, "label", id, (label) => ({ ...label, ...(given(fields) as object) })),
  "label.delete": (draft, { id }) => {
    for (const task of draft.all("task")) {
      if (task.labels.includes(id)) draft.put("task", { ...task, labels: toggled(task.labels, id, false) });
    }
    draft.remove("label", id);
  },
  "epic.create": (draft, { id, fields }) =>
    draft.put("epic", { id, title: "", body: "", color: "#888888", start: null, due: null, done: false, ...(given(fields) as object) }),
  "epic.update": (draft, { id, fields }) => change(draft, "epic", id, (epic) => ({ ...epic, ...(given(fields) as object) })),
  "epic.delete": (draft, { id }) => {
    for (const task of draft.all("task")) if (task.epic === id) draft.put("task", { ...task, epic: null });
    draft.remove("epic", id);
  },
  "sprint.create": (draft, { id, fields }) =>
    draft.put("sprint", {
      id, name: "", goal: "", state: "planned", starts: null, ends: null, started_at: null, closed_at: null, ...(given(fields) as object),
    }),
  "sprint.update": (draft, { id, fields }) => change(draft, "sprint", id, (sprint) => ({ ...sprint, ...(given(fields) as object) })),
  "sprint.start": (draft, { id }, at) => change(draft, "sprint", id, (sprint) => ({ ...sprint, state: "active", started_at: at })),
  "sprint.close": (draft, { id, carry_over_to }, at) => {
    for (const task of draft.all("task")) {
      if (task.sprint === id && !task.done_at) draft.put("task", { ...task, sprint: carry_over_to ?? null });
    }
    change(draft, "sprint", id, (sprint) => ({ ...sprint, state: "closed", closed_at: at }));
  },
  "sprint.delete": (draft, { id }) => {
    for (const task of draft.all("task")) if (task.sprint === id) draft.put("task", { ...task, sprint: null });
    draft.remove("sprint", id);
  },
  "task.create": (draft, { id, fields, column }, at) => {
    const place = column ?? firstColumn(draft);
    // A number comes from the server: until then there is none.
    const task: Task = {
      id, number: 0, title: "", body: "", type: "task", column: place ?? "", rank: "", priority: "none", estimate: null, assignees: [],
      labels: [], due: null, parent: null, epic: null, sprint: null, blocks: [], relates: [], duplicate_of: null, watchers: [draft.me],
      created_by: draft.me, created_at: at, updated_at: at, started_at: null, done_at: null,
    };
    if (!place) return;
    const rank = between(inColumn(draft, place, id).at(-1)?.rank, undefined);
    draft.put("task", { ...withFields(enter(draft, task, place, at), fields), rank });
  },
  "task.update": (draft, { id, fields }, at) => change(draft, "task", id, (task) => ({ ...withFields(task, fields), updated_at: at })),
  "task.move": (draft, { id, column, after, before }, at) =>
    change(draft, "task", id, (task) => {
      const to = column ?? task.column;
      return { ...enter(draft, task, to, at), rank: rankAt(inColumn(draft, to, id), after, before) };
    }),
  "task.delete": (draft, { id }) => {
    for (const task of draft.all("task")) {
      const linked = task.parent === id || task.duplicate_of === id || task.blocks.includes(id) || task.relates.includes(id);
      if (!linked || task.id === id) continue;
      draft.put("task", {
        ...task,
        parent: task.parent === id ? null : task.parent ?? null,
        duplicate_of: task.duplicate_of === id ? null : task.duplicate_of ?? null,
        blocks: toggled(task.blocks, id, false),
        relates: toggled(task.relates, id, false),
      });
    }
    draft.remove("task", id);
  },
  "task.link": (draft, { id, relation, other }) => link(draft, id, relation, other, true),
  "task.unlink": (draft, { id, relation, other }) => link(draft, id, relation, other, false),
  "task.watch": (draft, { id, watching }) =>
    change(draft, "task", id, (task) => ({ ...task, watchers: toggled(task.watchers, draft.me, watching) })),
  "comment.create": (draft, command, at) =>
    draft.put("comment", {
      id: command.id, task: command.task, reply_to: command.reply_to ?? null, author: draft.me, body: command.body, mentions: [],
      reactions: {}, created_at: at, edited_at: null,
    }),
  "comment.update": (draft, { id, body }, at) => change(draft, "comment", id, (comment) => ({ ...comment, body, edited_at: at })),
  "comment.delete": (draft, { id }) => draft.remove("comment", id),
  "comment.react": (draft, { id, emoji, on }) =>
    change(draft, "comment", id, (comment) => {
      const who = toggled(comment.reactions[emoji] ?? [], draft.me, on);
      const { [emoji]: _, ...rest } = comment.reactions;
      return { ...comment, reactions: who.length > 0 ? { ...rest, [emoji]: who } : rest };
    }),
  "time_entry.create": (draft, { id, task, fields }) =>
    draft.put("time_entry", { id, task, user: draft.me, minutes: 0, day: "", note: "", ...(given(fields) as object) }),
  "time_entry.update": (draft, { id, fields }) => change(draft, "time_entry", id, (entry) => ({ ...entry, ...(given(fields) as object) })),
  "time_entry.delete": (draft, { id }) => draft.remove("time_entry", id),
  "anchor.delete": (draft, { id }) => draft.remove("anchor", id),
  bulk: (draft, { commands }, at) => {
    for (const command of commands) run(draft, command, at);
  },
};

function run(draft: Draft, command: Command, at: string): void {
  (rules[command.type] as Rule<Command["type"]> | undefined)?.(draft, command as never, at);
}

/** Shows a command's effect in the draft; one without a rule shows when its event comes. */
export function optimistic(draft: Draft, command: Command, at: number): void {
  run(draft, command, new Date(at).toISOString());
}
