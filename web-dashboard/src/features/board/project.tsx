/** Opens a project for the pages below it: its copy, who is who, and the head with its views. */
import { type ReactNode, useEffect, useMemo } from "react";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import type { ProjectShown } from "@/shared/api/types";
import { type Opened, ProjectContext, useEntity, useLive, useProject, useReady } from "@/shared/live/hooks";
import { session as open } from "@/shared/live/session";
import { useEntries } from "@/shared/commands";
import * as queries from "@/shared/queries";
import { useShortcuts } from "@/shared/shortcuts";
import { bySlug, slugOf } from "@/shared/slug";
import { Avatar, Failed, Skeleton } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { toast } from "@/shared/ui/toast";
import { NotFound } from "@/app/errors";
import { taskKey } from "@/features/task/words";
import { ConnectionState } from "./connection";

export function ProjectFrame() {
  const { project: slug } = useParams({ strict: false });
  const { data: projects, error } = useQuery(queries.projects);
  if (error) return <div className="page"><Failed error={error} /></div>;
  if (!projects) return <Loading />;
  const project = bySlug(slug ?? "", projects);
  if (!project) return <NotFound />;
  return <WithProject key={project.id} project={project} slug={slugOf(project, projects)}><Frame /></WithProject>;
}

function Loading() {
  return (
    <div className="page">
      <Skeleton lines={6} />
    </div>
  );
}

/** Gives a project to whatever stands inside. */
export function WithProject({ project, slug, children }: { project: ProjectShown; slug: string; children: ReactNode }) {
  const { data: me } = useQuery(queries.me);
  const session = useMemo(() => (me ? open(project.id, me.id) : undefined), [project.id, me]);
  const { data: access, error } = useQuery(queries.projectPeople(project.id));
  useEffect(() => session?.use(), [session]);
  const opened = useMemo<Opened | undefined>(() => {
    if (!session || !access) return undefined;
    return { session, project, slug, access, people: new Map(access.people.map((person) => [person.id, person])) };
  }, [session, access, project, slug]);
  if (error) return <div className="page"><Failed error={error} /></div>;
  if (!opened) return <Loading />;
  return <ProjectContext value={opened}>{children}</ProjectContext>;
}

function Frame() {
  const { session, project, slug, people } = useProject();
  const now = useEntity("project", project.id) ?? project;
  const live = useLive();
  const ready = useReady();
  const navigate = useNavigate();
  const params = { project: slug };
  useEffect(() => {
    document.title = `${now.name} · DevMentor`;
  }, [now.name]);
  useEffect(
    () =>
      session.refusals(({ reason }) => {
        toast(`Not done, and shown as before: ${reason}`, { bad: true });
      }),
    [session],
  );
  useShortcuts("In a project", [
    { keys: "g b", label: "Go to the board", run: () => void navigate({ to: "/p/$project/board", params }) },
    { keys: "g l", label: "Go to the list", run: () => void navigate({ to: "/p/$project/list", params }) },
    { keys: "g p", label: "Go to the backlog", run: () => void navigate({ to: "/p/$project/backlog", params }) },
    { keys: "g s", label: "Go to the settings", run: () => void navigate({ to: "/p/$project/settings", params }) },
  ]);
  useEntries(() =>
    session.store.all("task").map((task) => ({
      id: task.id,
      icon: "task",
      label: task.title,
      hint: taskKey(now.key, task),
      run: () => void navigate({ to: "/p/$project/t/$number", params: { ...params, number: String(task.number || task.id) } }),
    })),
  );
  const others = [...new Set(live.people.map((one) => one.user))].filter((user) => user !== session.me);
  const tab = { className: "tab active", "aria-current": "page" } as const;
  return (
    <div className="project">
      <header className="project-head">
        <div className="row grow">
          <span className="key-badge">{now.key.slice(0, 3)}</span>
          <h1 className="clip">{now.name}</h1>
          {now.archived && <span className="pill warn">Archived</span>}
        </div>
        <nav className="tabs" aria-label="Views">
          <Link to="/p/$project/board" params={params} className="tab" activeProps={tab}><Icon name="board" /> Board</Link>
          <Link to="/p/$project/list" params={params} className="tab" activeProps={tab}><Icon name="list" /> List</Link>
          <Link to="/p/$project/backlog" params={params} className="tab" activeProps={tab}><Icon name="backlog" /> Backlog</Link>
          <Link to="/p/$project/settings" params={params} className="tab" activeProps={tab}><Icon name="settings" /> Settings</Link>
        </nav>
        <div className="row">
          {others.length > 0 && (
            <span className="avatars" role="group" aria-label="Also here">
              {others.slice(0, 4).map((user) => (
                <Avatar key={user} id={user} person={people.get(user)} />
              ))}
              {others.length > 4 && <span className="small muted">+{others.length - 4}</span>}
            </span>
          )}
          <ConnectionState />
        </div>
      </header>
      {live.failed ? (
        <div className="page">
          <Failed error={live.failed} />
        </div>
      ) : ready ? (
        <Outlet />
      ) : (
        <BoardSkeleton />
      )}
    </div>
  );
}

function BoardSkeleton() {
  return (
    <div className="board-skeleton" role="status" aria-label="Loading">
      {[5, 3, 4].map((cards, column) => (
        <div key={column} className="stack">
          {Array.from({ length: cards }, (_, card) => (
            <div key={card} className="skeleton" style={{ height: 68 }} />
          ))}
        </div>
      ))}
    </div>
  );
}
