/**
 * What the board knows besides its tasks: the card that has the focus, the one that the keyboard has lifted and where it would land,
 * the one under the mouse. Columns and lanes read it; the moves are asked here.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { extractClosestEdge } from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge";
import type { Task } from "@/shared/api/types";
import { useColumns, useMay, useProject } from "@/shared/live/hooks";
import { announce, toast } from "@/shared/ui/toast";
import { taskKey } from "@/features/task/words";
import type { BoardSearch } from "@/app/search";
import { filterOf } from "./filter";

export interface Lifted {
  id: string;
  column: string;
  /** The place among the other cards that are shown. */
  index: number;
}

export interface Board {
  may: boolean;
  open: number | undefined;
  focused: string | undefined;
  /** Rises when the focus is to go to the focused card. */
  focusRequest: number;
  lifted: Lifted | undefined;
  dragged: string | undefined;
  filter: ((task: Task) => boolean) | undefined;
  /** The cards of a column as shown: filtered, and with the lifted one where it would land. */
  arranged(column: string, tasks: readonly Task[]): readonly Task[];
  onOpen(task: Task): void;
  onFocus(task: Task): void;
  onKeyDown(event: React.KeyboardEvent): void;
}

export function useBoard(search: BoardSearch, set: (change: { task?: number | undefined }) => void): Board {
  const { session, project, people } = useProject();
  const store = session.store;
  const columns = useColumns();
  const may = useMay("task:write");
  const [focused, setFocused] = useState<string>();
  const [focusRequest, setFocusRequest] = useState(0);
  const [lifted, setLifted] = useState<Lifted>();
  const [dragged, setDragged] = useState<string>();
  const { q, assignee, label, epic, sprint, priority, lanes } = search;
  const filter = useMemo(
    () =>
      filterOf(
        Object.fromEntries(Object.entries({ q, assignee, label, epic, sprint, priority }).filter(([, value]) => value)) as BoardSearch,
        { key: project.key, people, label: (id) => store.get("label", id)?.name },
      ),
    [q, assignee, label, epic, sprint, priority, project.key, people, store],
  );

  const arranged = useCallback(
    (column: string, tasks: readonly Task[]) => {
      let shown = filter ? tasks.filter(filter) : tasks;
      if (!lifted) return shown;
      shown = shown.filter((task) => task.id !== lifted.id);
      const task = lifted.column === column ? store.get("task", lifted.id) : undefined;
      return task ? [...shown.slice(0, lifted.index), task, ...shown.slice(lifted.index)] : shown;
    },
    [filter, lifted, store],
  );

  const key = (task: Task) => taskKey(project.key, task);

  /** Between two neighbours as they are shown; what the filter hides stays where it is. */
  const move = useCallback(
    (id: string, column: string, after: string | undefined, before: string | undefined) => {
      const task = store.get("task", id);
      const to = store.get("column", column);
      if (!task || !to) return;
      const own = task.column === column;
      if (!own && to.wip_enforced && to.wip_limit != null && store.inColumn(column).length >= to.wip_limit) {
        toast(`${to.name} holds at most ${to.wip_limit} tasks. Finish or move one first.`, { bad: true });
        announce(`Not moved. ${to.name} is full.`);
        return;
      }
      const neighbours = { ...(after ? { after } : before ? { before } : {}) };
      session.do({ type: "task.move", id, ...(own ? {} : { column }), ...neighbours });
    },
    [session, store],
  );

  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data.type === "task",
        onDragStart: ({ source }) => setDragged(String(source.data.id)),
        onDrop: ({ source, location }) => {
          setDragged(undefined);
          const id = String(source.data.id);
          const target = location.current.dropTargets[0];
          if (!target) return;
          const column = String(target.data.column);
          const shown = arranged(column, store.inColumn(column)).filter((task) => task.id !== id);
          if (target.data.type === "task") {
            const over = String(target.data.id);
            const at = shown.findIndex((task) => task.id === over);
            if (at < 0) return;
            if (extractClosestEdge(target.data) === "top") move(id, column, shown[at - 1]?.id, over);
            else move(id, column, over, shown[at + 1]?.id);
          } else {
            move(id, column, shown.at(-1)?.id, undefined);
          }
          const task = store.get("task", id);
          // A lane is what the task belongs to, as a column is how far it is.
          const lane = location.current.dropTargets.find((one) => one.data.lane !== undefined)?.data.lane as string | undefined;
          if (task && lane !== undefined && lanes === "epic" && (task.epic ?? "") !== lane) {
            session.do({ type: "task.update", id, fields: { epic: lane || null } });
          } else if (task && lane !== undefined && lanes === "assignee" && (task.assignees[0] ?? "") !== lane) {
            const others = task.assignees.slice(1).filter((one) => one !== lane);
            session.do({ type: "task.update", id, fields: { assignees: lane ? [lane, ...others] : [] } });
          }
          if (task) announce(`${key(task)} moved to ${store.get("column", column)?.name ?? ""}.`);
        },
      }),
    [arranged, move, store, session, lanes],
  );

  const latest = useRef({ columns, arranged, focused, lifted, may, set });
  latest.current = { columns, arranged, focused, lifted, may, set };

  const onOpen = useCallback((task: Task) => task.number > 0 && latest.current.set({ task: task.number }), []);
  const onFocus = useCallback((task: Task) => setFocused(task.id), []);
  const focusOn = (id: string | undefined) => {
    if (!id) return;
    setFocused(id);
    setFocusRequest((count) => count + 1);
  };

  const onKeyDown = useCallback(
    (event: React.KeyboardEvent) => {
      const { columns, arranged, focused, lifted, may } = latest.current;
      if (!(event.target instanceof HTMLElement) || !event.target.dataset.task || !focused) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const task = store.get("task", focused);
      if (!task) return;
      const at = columns.findIndex((column) => column.id === (lifted?.column ?? task.column));
      const shownIn = (index: number) => arranged(columns[index]?.id ?? "", store.inColumn(columns[index]?.id ?? ""));
      const done = () => {
        event.preventDefault();
        event.stopPropagation();
      };
      const name = (index: number) => columns[index]?.name ?? "";

      if (lifted) {
        const others = (index: number) => shownIn(index).filter((other) => other.id !== lifted.id);
        const place = (index: number, to: number) => {
          const list = others(index);
          const next = { id: lifted.id, column: columns[index]!.id, index: Math.max(0, Math.min(to, list.length)) };
          setLifted(next);
          setFocusRequest((count) => count + 1);
          announce(`${name(index)}, position ${next.index + 1} of ${list.length + 1}.`);
        };
        switch (event.key) {
          case "ArrowUp":
            place(at, lifted.index - 1);
            return done();
          case "ArrowDown":
            place(at, lifted.index + 1);
            return done();
          case "ArrowLeft":
            if (at > 0) place(at - 1, lifted.index);
            return done();
          case "ArrowRight":
            if (at < columns.length - 1) place(at + 1, lifted.index);
            return done();
          case " ":
          case "Enter": {
            const list = others(at);
            setLifted(undefined);
            move(lifted.id, lifted.column, list[lifted.index - 1]?.id, list[lifted.index]?.id);
            announce(`${key(task)} dropped in ${name(at)}, position ${lifted.index + 1}.`);
            focusOn(lifted.id);
            return done();
          }
          case "Escape":
            setLifted(undefined);
            announce(`${key(task)} is back in ${store.get("column", task.column)?.name ?? ""}.`);
            focusOn(lifted.id);
            return done();
          case "Tab":
            return done();
        }
        return;
      }

      const list = shownIn(at);
      const index = list.findIndex((other) => other.id === focused);
      const beside = (step: number) => {
        for (let column = at + step; column >= 0 && column < columns.length; column += step) {
          const cards = shownIn(column);
          if (cards.length > 0) return focusOn(cards[Math.min(index, cards.length - 1)]?.id);
        }
      };
      switch (event.key) {
        case "ArrowUp":
          focusOn(list[index - 1]?.id);
          return done();
        case "ArrowDown":
          focusOn(list[index + 1]?.id);
          return done();
        case "ArrowLeft":
          beside(-1);
          return done();
        case "ArrowRight":
          beside(1);
          return done();
        case "Home":
          focusOn(list[0]?.id);
          return done();
        case "End":
          focusOn(list.at(-1)?.id);
          return done();
        case " ":
          if (may) {
            setLifted({ id: task.id, column: task.column, index: Math.max(index, 0) });
            announce(`${key(task)} lifted from ${name(at)}, position ${index + 1} of ${list.length}. Arrow keys move it, Space drops it, Escape puts it back.`);
          }
          return done();
      }
    },
    [move, project.key, store],
  );

  // A lifted card that somebody else deletes is gone.
  useEffect(() => (lifted ? store.subscribe(`task:${lifted.id}`, () => !store.get("task", lifted.id) && setLifted(undefined)) : undefined), [lifted, store]);

  return useMemo(
    () => ({ may, open: search.task, focused, focusRequest, lifted, dragged, filter, arranged, onOpen, onFocus, onKeyDown }),
    [may, search.task, focused, focusRequest, lifted, dragged, filter, arranged, onOpen, onFocus, onKeyDown],
  );
}
