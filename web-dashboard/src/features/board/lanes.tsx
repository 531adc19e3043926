/** The board in swimlanes: a row for each epic or person, with the same columns in every row. */
import { useEffect, useMemo, useRef, useState } from "react";
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import type { Column, Task } from "@/shared/api/types";
import { useAll, useColumns, useProject } from "@/shared/live/hooks";
import { Avatar } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { inOrder } from "@/shared/ranks";
import { Card } from "./card";
import { Count } from "./column";
import type { Board } from "./state";

/** Cards of one cell that are drawn before somebody asks for more. */
const SHOWN = 25;

interface Lane {
  id: string;
  name: string;
  mark: React.ReactNode;
  cells: Map<string, Task[]>;
  count: number;
}

export function Lanes({ by, board }: { by: "epic" | "assignee"; board: Board }) {
  const { people } = useProject();
  const columns = useColumns();
  const tasks = useAll("task");
  const epics = useAll("epic");
  const lanes = useMemo(() => {
    const all = new Map<string, Lane>();
    const lane = (id: string): Lane => {
      let one = all.get(id);
      if (!one) {
        const epic = by === "epic" ? epics.find((epic) => epic.id === id) : undefined;
        const name = id === "" ? (by === "epic" ? "No epic" : "Not assigned") : (epic?.title ?? people.get(id)?.name ?? "Somebody who left");
        const mark = by === "assignee" ? id && <Avatar id={id} person={people.get(id)} /> : epic && <i className="dot" style={{ background: epic.color }} />;
        one = { id, name, mark, cells: new Map(), count: 0 };
        all.set(id, one);
      }
      return one;
    };
    for (const task of tasks) {
      if (board.filter && !board.filter(task)) continue;
      const ids = by === "epic" ? [task.epic ?? ""] : task.assignees.length > 0 ? task.assignees.slice(0, 1) : [""];
      for (const id of ids) {
        const one = lane(id);
        const cell = one.cells.get(task.column);
        if (cell) cell.push(task);
        else one.cells.set(task.column, [task]);
        one.count++;
      }
    }
    for (const one of all.values()) for (const cell of one.cells.values()) cell.sort(inOrder);
    return [...all.values()].sort((a, b) => (a.id === "" ? 1 : b.id === "" ? -1 : a.name.localeCompare(b.name)));
  }, [tasks, epics, people, by, board.filter]);
  return (
    <div className="lanes" style={{ ["--columns" as string]: columns.length }}>
      <div className="lane-heads">
        {columns.map((column) => (
          <header key={column.id} className="column-head">
            <i className={`category ${column.category}`} aria-hidden="true" />
            <h2 className="clip">{column.name}</h2>
            <Count column={column} />
          </header>
        ))}
      </div>
      {lanes.map((lane) => (
        <LaneRow key={lane.id} lane={lane} columns={columns} board={board} />
      ))}
    </div>
  );
}

function LaneRow({ lane, columns, board }: { lane: Lane; columns: readonly Column[]; board: Board }) {
  const [open, setOpen] = useState(true);
  return (
    <section className="lane" aria-label={lane.name}>
      <button type="button" className="lane-name" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} />
        {lane.mark}
        <span className="clip">{lane.name}</span>
        <span className="muted small">{lane.count}</span>
      </button>
      {open && (
        <div className="lane-cells">
          {columns.map((column) => (
            <Cell key={column.id} column={column} lane={lane.id} tasks={lane.cells.get(column.id) ?? []} board={board} />
          ))}
        </div>
      )}
    </section>
  );
}

function Cell({ column, lane, tasks, board }: { column: Column; lane: string; tasks: readonly Task[]; board: Board }) {
  const box = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const [shown, setShown] = useState(SHOWN);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data.type === "task",
      getData: () => ({ type: "column", column: column.id, lane }),
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    });
  }, [column.id, lane]);
  return (
    <div ref={box} className="lane-cell" data-over={over} role="group" aria-label={column.name}>
      {tasks.slice(0, shown).map((task) => (
        <Card
          key={task.id}
          task={task}
          current
          lifted={false}
          open={board.open === task.number}
          may={board.may}
          onOpen={board.onOpen}
          onFocus={board.onFocus}
        />
      ))}
      {tasks.length > shown && (
        <button type="button" className="button quiet tiny" onClick={() => setShown(shown + 100)}>
          {tasks.length - shown} more
        </button>
      )}
    </div>
  );
}
