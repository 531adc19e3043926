/** All tasks as rows: changed in place, chosen together, changed together. */
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { Command, Priority, Task, TaskFields } from "@/shared/api/types";
import { PRIORITIES } from "@/shared/api/types";
import { useAll, useColumns, useIsPending, useMay, useProject } from "@/shared/live/hooks";
import { GRACE } from "@/shared/live/session";
import { useShortcuts } from "@/shared/shortcuts";
import { inOrder } from "@/shared/ranks";
import { shownDay, today } from "@/shared/time";
import { Empty, TypeMark } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { Picker } from "@/shared/ui/picker";
import { toast } from "@/shared/ui/toast";
import { filterOf } from "@/features/board/filter";
import { FilterBar, useBoardSearch } from "@/features/board/filter-bar";
import { doAll, inverse } from "@/features/task/actions";
import { AssigneePicker, EpicPicker, LabelPicker, PriorityPicker, SprintPicker } from "@/features/task/pickers";
import { overdue, taskKey } from "@/features/task/words";

const TaskPanel = lazy(() => import("@/features/task/panel"));
const ROW = 41;

const SORTS = {
  board: "Order of the board",
  number: "Newest first",
  priority: "Priority",
  due: "Due date",
  updated: "Last changed",
  title: "Title",
} as const;
type Sort = keyof typeof SORTS;

export function sorted(tasks: readonly Task[], sort: Sort, columnOrder: readonly string[]): Task[] {
  const place = new Map(columnOrder.map((id, index) => [id, index]));
  const by: Record<Sort, (a: Task, b: Task) => number> = {
    board: (a, b) => (place.get(a.column) ?? 0) - (place.get(b.column) ?? 0) || inOrder(a, b),
    number: (a, b) => (b.number || Infinity) - (a.number || Infinity) || 0,
    priority: (a, b) => PRIORITIES.indexOf(b.priority) - PRIORITIES.indexOf(a.priority) || b.number - a.number,
    due: (a, b) => (a.due ?? "9999").localeCompare(b.due ?? "9999") || b.number - a.number,
    updated: (a, b) => (a.updated_at < b.updated_at ? 1 : -1),
    title: (a, b) => a.title.localeCompare(b.title),
  };
  return [...tasks].sort(by[sort]);
}

export function ListPage() {
  const { session, project, people } = useProject();
  const [search, set] = useBoardSearch();
  const tasks = useAll("task");
  const columns = useColumns();
  const labels = useAll("label");
  const may = useMay("task:write");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<number>(0);
  const scroller = useRef<HTMLDivElement>(null);
  const sort: Sort = search.sort && search.sort in SORTS ? (search.sort as Sort) : "board";
  const filter = useMemo(
    () => filterOf(search, { key: project.key, people, label: (id) => labels.find((label) => label.id === id)?.name }),
    [search, project.key, people, labels],
  );
  const shown = useMemo(() => sorted(filter ? tasks.filter(filter) : tasks, sort, columns.map((column) => column.id)), [tasks, filter, sort, columns]);
  const picked = useMemo(() => shown.filter((task) => chosen.has(task.id)), [shown, chosen]);
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, getItemKey: (index) => shown[index]!.id, overscan: 12 });

  const choose = useCallback(
    (index: number, on: boolean, range: boolean) => {
      const [from, to] = range ? [Math.min(anchor.current, index), Math.max(anchor.current, index)] : [index, index];
      anchor.current = index;
      setChosen((before) => {
        const next = new Set(before);
        for (let at = from; at <= to; at++) {
          const id = shown[at]?.id;
          if (id) (on ? next.add(id) : next.delete(id));
        }
        return next;
      });
    },
    [shown],
  );
  useShortcuts("In the list", [
    { keys: "mod+a", label: "Choose all", run: () => setChosen(new Set(shown.map((task) => task.id))) },
    { keys: "Escape", label: "Choose none", run: () => setChosen(new Set()) },
  ]);
  const opened = search.task !== undefined ? session.store.byTaskNumber(search.task) : undefined;
  const all = shown.length > 0 && picked.length === shown.length;
  return (
    <div className="with-panel">
      <div className="list-page">
        <FilterBar count={{ shown: shown.length, all: tasks.length }} />
        {picked.length > 0 && may ? (
          <Bulk tasks={picked} onDone={() => setChosen(new Set())} />
        ) : (
          <div className="row list-tools">
            <Picker label="Order" className="button tiny" chosen={[sort]} onChange={([value]) => set({ sort: value })} choices={Object.entries(SORTS).map(([value, label]) => ({ value, label }))}>
              {SORTS[sort]} <Icon name="down" />
            </Picker>
            <span className="muted small">
              {shown.length} {shown.length === 1 ? "task" : "tasks"}
            </span>
          </div>
        )}
        {shown.length === 0 ? (
          <Empty icon="list" title={tasks.length === 0 ? "No tasks yet" : "Nothing fits the filter"}>
            <p>
              {tasks.length === 0 ? "Press c to write the first one." : "Take a word or a choice away, and more is shown."}
            </p>
          </Empty>
        ) : (
          <div ref={scroller} className="list" role="table" aria-label="Tasks" aria-rowcount={shown.length + 1}>
            <div role="rowgroup" className="list-head-group">
              <div className="list-row list-head" role="row" aria-rowindex={1}>
                <span role="columnheader" className="cell-check">
                  {may && (
                    <input
                      type="checkbox"
                      aria-label="Choose all"
                      checked={all}
                      ref={(box) => {
                        if (box) box.indeterminate = picked.length > 0 && !all;
                      }}
                      onChange={() => setChosen(all ? new Set() : new Set(shown.map((task) => task.id)))}
                    />
                  )}
                </span>
                <span role="columnheader">Task</span>
                <span role="columnheader" className="hide-narrow">Status</span>
                <span role="columnheader" className="hide-narrow">Priority</span>
                <span role="columnheader" className="hide-narrow">Assignees</span>
                <span role="columnheader" className="hide-narrow">Due</span>
                <span role="columnheader" className="hide-narrow right">Points</span>
              </div>
            </div>
            <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
              {virtual.getVirtualItems().map((item) => (
                <Row key={item.key} task={shown[item.index]!} index={item.index} start={item.start} chosen={chosen.has(shown[item.index]!.id)} may={may} onChoose={choose} onOpen={(task) => set({ task: task.number })} />
              ))}
            </div>
          </div>
        )}
      </div>
      {search.task !== undefined && (
        <Suspense fallback={null}>
          <TaskPanel key={search.task} number={search.task} task={opened} onClose={() => set({ task: undefined })} />
        </Suspense>
      )}
    </div>
  );
}

interface RowProps {
  task: Task;
  index: number;
  start: number;
  chosen: boolean;
  may: boolean;
  onChoose: (index: number, on: boolean, range: boolean) => void;
  onOpen: (task: Task) => void;
}

function Row({ task, index, start, chosen, may, onChoose, onOpen }: RowProps) {
  const { session, project } = useProject();
  const columns = useColumns();
  const column = columns.find((one) => one.id === task.column);
  const waits = useIsPending("task", task.id);
  const [title, setTitle] = useState<string>();
  const update = (fields: TaskFields) => session.do({ type: "task.update", id: task.id, fields });
  const save = () => {
    if (title !== undefined && title.trim() && title.trim() !== task.title) update({ title: title.trim() });
    setTitle(undefined);
  };
  return (
    <div className="list-row" role="row" aria-rowindex={index + 2} aria-selected={chosen} data-waits={waits} style={{ transform: `translateY(${start}px)` }}>
      <span role="cell" className="cell-check">
        {may && <input type="checkbox" aria-label={`Choose ${taskKey(project.key, task)}`} checked={chosen} onChange={(event) => onChoose(index, event.target.checked, (event.nativeEvent as MouseEvent).shiftKey)} />}
      </span>
      <span role="cell" className="row cell-title">
        <TypeMark type={task.type} />
        <span className="mono small muted">{taskKey(project.key, task)}</span>
        {title !== undefined ? (
          <input
            className="input"
            aria-label="Title"
            value={title}
            autoFocus
            maxLength={300}
            onChange={(event) => setTitle(event.target.value)}
            onBlur={save}
            onKeyDown={(event) => {
              if (event.key === "Enter") save();
              else if (event.key === "Escape") setTitle(undefined);
            }}
          />
        ) : (
          <>
            <button type="button" className="as-text clip" onClick={() => onOpen(task)}>
              {task.title}
            </button>
            {may && (
              <button type="button" className="icon-button reveal" aria-label={`Rename ${task.title}`} onClick={() => setTitle(task.title)}>
                <Icon name="edit" />
              </button>
            )}
          </>
        )}
      </span>
      <span role="cell" className="hide-narrow">
        <Picker label="Status" disabled={!may} chosen={[task.column]} onChange={([id]) => id && id !== task.column && session.do({ type: "task.move", id: task.id, column: id })} choices={columns.map((one) => ({ value: one.id, label: one.name, mark: <i className={`category ${one.category}`} /> }))}>
          <i className={`category ${column?.category ?? "todo"}`} /> <span className="clip">{column?.name}</span>
        </Picker>
      </span>
      <span role="cell" className="hide-narrow">
        <PriorityPicker value={task.priority} disabled={!may} onChange={(priority) => update({ priority })} />
      </span>
      <span role="cell" className="hide-narrow">
        <AssigneePicker value={task.assignees} disabled={!may} onChange={(assignees) => update({ assignees })} />
      </span>
      <span role="cell" className={`hide-narrow small ${overdue(task, today()) ? "late" : "muted"}`}>
        {task.due ? shownDay(task.due) : ""}
      </span>
      <span role="cell" className="hide-narrow small right muted">
        {task.estimate ?? ""}
      </span>
    </div>
  );
}

function Bulk({ tasks, onDone }: { tasks: readonly Task[]; onDone: () => void }) {
  const { session } = useProject();
  const columns = useColumns();
  const mayDelete = useMay("task:delete");
  const words = (what: string) => `${what} ${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}.`;
  const change = (fields: (task: Task) => TaskFields, what: string) => {
    const commands = tasks.map((task) => ({ type: "task.update" as const, id: task.id, fields: fields(task) }));
    const back: Command[] = tasks.map((task, index) => inverse(task, commands[index]!));
    doAll(session, commands);
    toast(words(what), { action: { label: "Undo", run: () => doAll(session, back) } });
  };
  const together = <T,>(list: (task: Task) => readonly T[]): T[] => list(tasks[0]!).filter((one) => tasks.every((task) => list(task).includes(one)));
  const swap = (now: readonly string[], shared: readonly string[], next: readonly string[]) => [...new Set([...now.filter((one) => !shared.includes(one)), ...next])];
  const sharedLabels = together((task) => task.labels);
  const sharedPeople = together((task) => task.assignees);
  return (
    <div className="row wrap bulk" role="toolbar" aria-label="Change the chosen tasks">
      <strong>{tasks.length} chosen</strong>
      <Picker
        label="Move to"
        saysItself
        className="button tiny"
        chosen={[]}
        onChange={([column]) => {
          if (!column) return;
          const moved = tasks.filter((task) => task.column !== column);
          const back: Command[] = moved.map((task) => ({ type: "task.move", id: task.id, column: task.column }));
          doAll(session, moved.map((task) => ({ type: "task.move", id: task.id, column })));
          toast(words("Moved"), { action: { label: "Undo", run: () => doAll(session, back) } });
        }}
        choices={columns.map((one) => ({ value: one.id, label: one.name, mark: <i className={`category ${one.category}`} /> }))}
      >
        Move to
      </Picker>
      <PriorityPicker className="button tiny" value="none" onChange={(priority: Priority) => change(() => ({ priority }), "Changed the priority of")} />
      <AssigneePicker className="button tiny" value={sharedPeople} onChange={(next) => change((task) => ({ assignees: next.length === 0 ? [] : swap(task.assignees, sharedPeople, next) }), "Changed who works on")} />
      <LabelPicker className="button tiny" value={sharedLabels} onChange={(next) => change((task) => ({ labels: next.length === 0 ? [] : swap(task.labels, sharedLabels, next) }), "Changed the labels of")} />
      <EpicPicker className="button tiny" value={null} onChange={(epic) => change(() => ({ epic }), "Changed the epic of")} />
      <SprintPicker className="button tiny" value={null} onChange={(sprint) => change(() => ({ sprint }), "Planned")} />
      {mayDelete && (
        <button
          type="button"
          className="button tiny"
          onClick={() => {
            const ids = bulkDelete(session, tasks);
            toast(words("Deleted"), { action: { label: "Undo", run: () => ids.forEach((id) => session.takeBack(id)) } });
            onDone();
          }}
        >
          <Icon name="trash" /> Delete
        </button>
      )}
      <span className="grow" />
      <button type="button" className="button quiet tiny" onClick={onDone}>
        Choose none
      </button>
    </div>
  );
}

function bulkDelete(session: { do: (command: Command, hold?: number) => string }, tasks: readonly Task[]): string[] {
  const ids: string[] = [];
  for (let at = 0; at < tasks.length; at += 500) {
    const commands: Command[] = tasks.slice(at, at + 500).map((task) => ({ type: "task.delete", id: task.id }));
    ids.push(session.do({ type: "bulk", commands }, GRACE));
  }
  return ids;
}
