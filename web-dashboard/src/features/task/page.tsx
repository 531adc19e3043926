/** A task as a page of its own. */
import { useEffect } from "react";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useAll, useProject } from "@/shared/live/hooks";
import { Empty } from "@/shared/ui/bits";
import { TaskView } from "./view";
import { taskKey } from "./words";

export function TaskPage() {
  const { number } = useParams({ strict: false }) as { number: string };
  const { session, project, slug } = useProject();
  useAll("task");
  const navigate = useNavigate();
  const task = /^\d+$/.test(number) ? session.store.byTaskNumber(Number(number)) : session.store.get("task", number);
  const title = task ? `${taskKey(project.key, task)} ${task.title}` : undefined;
  useEffect(() => {
    if (title) document.title = `${title} · DevMentor`;
  }, [title]);
  const id = task?.id;
  useEffect(() => {
    session.says(id ? `view ${id}` : null);
    return () => session.says(null);
  }, [session, id]);
  if (!task) {
    return (
      <Empty icon="task" title="This task is gone">
        <p>It was deleted, or never was in this project.</p>
        <Link className="button" to="/p/$project/board" params={{ project: slug }}>
          To the board
        </Link>
      </Empty>
    );
  }
  return (
    <div className="page task-page">
      <p className="small muted row">
        <Link to="/p/$project/board" params={{ project: slug }}>
          {project.name}
        </Link>
        <span aria-hidden="true">/</span>
        <span className="mono">{taskKey(project.key, task)}</span>
      </p>
      <TaskView task={task} wide onGone={() => void navigate({ to: "/p/$project/board", params: { project: slug } })} />
    </div>
  );
}
