/** What is mine to do, over all projects. */
import { useEffect } from "react";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Task } from "@/shared/api/types";
import { api } from "@/shared/api/client";
import * as queries from "@/shared/queries";
import { slugOf } from "@/shared/slug";
import { shownDay, today } from "@/shared/time";
import { Empty, Failed, PriorityMark, Skeleton, TypeMark } from "@/shared/ui/bits";
import { PRIORITIES } from "@/shared/api/types";
import { overdue, taskKey } from "@/features/task/words";

interface Mine {
  task: Task;
  project: { id: string; key: string; name: string };
  slug: string;
}

/** Late first, then by day, then by priority. */
export function byUrgency(a: Task, b: Task): number {
  const [x, y] = [a.due ?? "9999", b.due ?? "9999"];
  if (x !== y) return x < y ? -1 : 1;
  return PRIORITIES.indexOf(b.priority) - PRIORITIES.indexOf(a.priority);
}

export function Mine() {
  const { data: projects, error } = useQuery(queries.projects);
  const open = projects?.filter((project) => !project.archived) ?? [];
  const answers = useQueries({
    queries: open.map((project) => ({
      queryKey: ["mine", project.id],
      queryFn: () => api.get("/api/projects/{project}/tasks", { path: { project: project.id }, query: { query: "assignee:me status:open", limit: 200 } }),
      refetchInterval: 30_000,
    })),
  });
  useEffect(() => {
    document.title = "My work · DevMentor";
  }, []);
  const all: Mine[] = answers.flatMap((answer, index) => {
    const project = open[index]!;
    const items = (answer.data?.items ?? []) as unknown as Task[];
    return items.map((task) => ({ task, project, slug: slugOf(project, open) }));
  });
  const now = today();
  const groups = [
    { name: "Overdue", tasks: all.filter((one) => overdue(one.task, now)) },
    { name: "Begun", tasks: all.filter((one) => !overdue(one.task, now) && one.task.started_at) },
    { name: "Next", tasks: all.filter((one) => !overdue(one.task, now) && !one.task.started_at) },
  ];
  const loading = !projects || answers.some((answer) => answer.isPending);
  const failed = answers.find((answer) => answer.error)?.error ?? error;
  return (
    <div className="page">
      <header>
        <h1>My work</h1>
      </header>
      {failed && <Failed error={failed} />}
      {loading && !failed && <Skeleton />}
      {!loading && all.length === 0 && !failed && (
        <Empty icon="inbox" title="Nothing is waiting for you">
          <p>Tasks that are given to you show up here, the late ones first, whatever project they are in.</p>
        </Empty>
      )}
      {groups
        .filter((group) => group.tasks.length > 0)
        .map((group) => (
          <section key={group.name} className="card-box" aria-label={group.name}>
            <header>
              <h2>{group.name}</h2>
              <span className="pill">{group.tasks.length}</span>
            </header>
            <ul className="plain">
              {[...group.tasks]
                .sort((a, b) => byUrgency(a.task, b.task))
                .map(({ task, project, slug }) => (
                  <li key={task.id} className="mine-line row">
                    <TypeMark type={task.type} />
                    <span className="mono small muted">{taskKey(project.key, task)}</span>
                    <Link className="grow clip" to="/p/$project/t/$number" params={{ project: slug, number: String(task.number) }}>
                      {task.title}
                    </Link>
                    {task.due && <span className={`small ${overdue(task, now) ? "late" : "muted"}`}>{shownDay(task.due)}</span>}
                    <PriorityMark priority={task.priority} />
                  </li>
                ))}
            </ul>
          </section>
        ))}
    </div>
  );
}
