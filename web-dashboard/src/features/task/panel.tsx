/** A task beside the board: the board stays usable. */
import { useEffect, useRef } from "react";
import { Link } from "@tanstack/react-router";
import type { Task } from "@/shared/api/types";
import { useProject } from "@/shared/live/hooks";
import { Empty } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { TaskView } from "./view";
import { taskKey } from "./words";

export default function TaskPanel({ number, task, onClose }: { number: number; task: Task | undefined; onClose: () => void }) {
  const { project, slug, session } = useProject();
  const panel = useRef<HTMLElement>(null);
  const from = useRef(document.activeElement);
  useEffect(() => {
    panel.current?.focus();
    const back = from.current;
    return () => {
      if (back instanceof HTMLElement && back.isConnected) back.focus();
    };
  }, []);
  const id = task?.id;
  useEffect(() => {
    session.says(id ? `view ${id}` : null);
    return () => session.says(null);
  }, [session, id]);
  return (
    <aside
      ref={panel}
      className="panel"
      tabIndex={-1}
      aria-label={task ? `${taskKey(project.key, task)} ${task.title}` : "Task"}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <header className="panel-head row">
        <span className="muted mono small">{task ? taskKey(project.key, task) : `${project.key}-${number}`}</span>
        <span className="grow" />
        <Link className="icon-button" aria-label="Open as a page" to="/p/$project/t/$number" params={{ project: slug, number: String(number) }}>
          <Icon name="right" />
        </Link>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {task ? (
        <TaskView task={task} onGone={onClose} />
      ) : (
        <Empty icon="task" title="This task is gone">
          <p>It was deleted, or never was in this project.</p>
        </Empty>
      )}
    </aside>
  );
}
