/** A task on the board. */
import { memo, useEffect, useRef, useState } from "react";
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { attachClosestEdge, type Edge, extractClosestEdge } from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge";
import type { Task } from "@/shared/api/types";
import { useEntity, useIsPending, useOf, useProject } from "@/shared/live/hooks";
import { shownDay, today } from "@/shared/time";
import { Avatar, LabelChip, PriorityMark, TypeMark } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { overdue, taskKey } from "@/features/task/words";

const LABELS_SHOWN = 3;

interface Props {
  task: Task;
  /** What the last of the focus keys asked for stands here. */
  current: boolean;
  lifted: boolean;
  open: boolean;
  may: boolean;
  onOpen: (task: Task) => void;
  onFocus: (task: Task) => void;
}

export const Card = memo(function Card({ task, current, lifted, open, may, onOpen, onFocus }: Props) {
  const { project, people } = useProject();
  const box = useRef<HTMLDivElement>(null);
  const [edge, setEdge] = useState<Edge | null>(null);
  const [dragging, setDragging] = useState(false);
  const waits = useIsPending("task", task.id);
  const comments = useOf("comment", task.id).length;
  const { id, column } = task;

  useEffect(() => {
    const element = box.current;
    if (!element || !may) return;
    return combine(
      draggable({
        element,
        getInitialData: () => ({ type: "task", id, column }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.type === "task" && source.data.id !== id,
        getData: ({ input }) => attachClosestEdge({ type: "task", id, column }, { element, input, allowedEdges: ["top", "bottom"] }),
        onDrag: ({ self }) => setEdge(extractClosestEdge(self.data)),
        onDragLeave: () => setEdge(null),
        onDrop: () => setEdge(null),
      }),
    );
  }, [id, column, may]);

  const late = overdue(task, today());
  return (
    <div
      ref={box}
      className="card"
      data-task={id}
      data-dragging={dragging}
      data-lifted={lifted}
      data-edge={edge ?? undefined}
      data-open={open}
      data-waits={waits}
      role="button"
      tabIndex={current ? 0 : -1}
      aria-roledescription={may ? "task, can be moved" : "task"}
      aria-describedby={may ? "board-help" : undefined}
      onClick={() => onOpen(task)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || lifted || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        onOpen(task);
      }}
      onFocus={() => onFocus(task)}
    >
      <div className="row card-top">
        <TypeMark type={task.type} />
        <span className="muted small mono">{taskKey(project.key, task)}</span>
        {waits && <span className="waits" title="On its way to the server"><Icon name="up" /><span className="sr">on its way to the server</span></span>}
        <span className="grow" />
        {task.priority !== "none" && <PriorityMark priority={task.priority} />}
      </div>
      <div className="card-title">{task.title}</div>
      {(task.labels.length > 0 || task.due || task.estimate != null || comments > 0 || task.assignees.length > 0 || task.epic) && (
        <div className="row wrap card-foot">
          {task.epic && <EpicMark id={task.epic} />}
          {task.labels.slice(0, LABELS_SHOWN).map((label) => (
            <TaskLabel key={label} id={label} />
          ))}
          {task.labels.length > LABELS_SHOWN && <span className="small muted">+{task.labels.length - LABELS_SHOWN}</span>}
          {task.due && (
            <span className={`small row tight ${late ? "late" : "muted"}`}>
              <Icon name="calendar" />
              {shownDay(task.due)}
              {late && <span className="sr">, overdue</span>}
            </span>
          )}
          {comments > 0 && (
            <span className="small row tight muted" aria-label={`${comments} comments`} role="img">
              <Icon name="comment" />
              {comments}
            </span>
          )}
          <span className="grow" />
          {task.estimate != null && <span className="estimate" role="img" aria-label={`Estimate ${task.estimate}`}>{task.estimate}</span>}
          <span className="avatars">
            {task.assignees.slice(0, 3).map((user) => (
              <Avatar key={user} id={user} person={people.get(user)} />
            ))}
          </span>
        </div>
      )}
    </div>
  );
});

function TaskLabel({ id }: { id: string }) {
  const label = useEntity("label", id);
  return label ? <LabelChip label={label} /> : null;
}

function EpicMark({ id }: { id: string }) {
  const epic = useEntity("epic", id);
  if (!epic) return null;
  return (
    <span className="label epic">
      <i className="dot" style={{ background: epic.color }} />
      <span title={epic.title}>{epic.title}</span>
    </span>
  );
}
