/** What is planned and what is not: sprints with their tasks, and the backlog that they are filled from. */
import { type FormEvent, lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import type { Sprint, Task } from "@/shared/api/types";
import { fresh } from "@/shared/ids";
import { useAll, useColumns, useMay, useProject } from "@/shared/live/hooks";
import { inOrder } from "@/shared/ranks";
import { shownDay } from "@/shared/time";
import { Avatar, PriorityMark, TypeMark } from "@/shared/ui/bits";
import { Dialog } from "@/shared/ui/dialog";
import { Icon } from "@/shared/ui/icons";
import { MenuItem, Popover } from "@/shared/ui/popover";
import { announce } from "@/shared/ui/toast";
import { filterOf } from "@/features/board/filter";
import { FilterBar, useBoardSearch } from "@/features/board/filter-bar";
import { CreateTask } from "@/features/task/create";
import { doWithUndo } from "@/features/task/actions";
import { SprintPicker } from "@/features/task/pickers";
import { taskKey } from "@/features/task/words";

const TaskPanel = lazy(() => import("@/features/task/panel"));
const ROW = 40;

export function BacklogPage() {
  const { session, project, people } = useProject();
  const [search, set] = useBoardSearch();
  const tasks = useAll("task");
  const sprints = useAll("sprint");
  const columns = useColumns();
  const labels = useAll("label");
  const mayPlan = useMay("project:plan");
  const [editing, setEditing] = useState<Sprint | "new">();
  const [closing, setClosing] = useState<Sprint>();
  const [adding, setAdding] = useState<string | null>();
  const filter = useMemo(
    () => filterOf(search, { key: project.key, people, label: (id) => labels.find((label) => label.id === id)?.name }),
    [search, project.key, people, labels],
  );
  const ordered = useMemo(() => {
    const place = new Map(columns.map((column, index) => [column.id, index]));
    return (filter ? tasks.filter(filter) : [...tasks]).sort((a, b) => (place.get(a.column) ?? 0) - (place.get(b.column) ?? 0) || inOrder(a, b));
  }, [tasks, columns, filter]);
  const rank = { active: 0, planned: 1, closed: 2 };
  const open = [...sprints].filter((sprint) => sprint.state !== "closed").sort((a, b) => rank[a.state] - rank[b.state] || (a.id < b.id ? -1 : 1));
  const closed = [...sprints].filter((sprint) => sprint.state === "closed").sort((a, b) => ((a.closed_at ?? "") < (b.closed_at ?? "") ? 1 : -1));
  const running = open.some((sprint) => sprint.state === "active");
  const backlog = ordered.filter((task) => !task.sprint && !task.done_at);
  const opened = search.task !== undefined ? session.store.byTaskNumber(search.task) : undefined;
  const onOpen = (task: Task) => task.number > 0 && set({ task: task.number });
  return (
    <div className="with-panel">
      <div className="backlog-page">
        <FilterBar count={{ shown: ordered.length, all: tasks.length }} />
        <div className="backlog">
          {open.map((sprint) => (
            <SprintBox
              key={sprint.id}
              sprint={sprint}
              tasks={ordered.filter((task) => task.sprint === sprint.id)}
              running={running}
              onOpen={onOpen}
              onEdit={() => setEditing(sprint)}
              onClose={() => setClosing(sprint)}
              onAdd={() => setAdding(sprint.id)}
            />
          ))}
          {mayPlan && (
            <button type="button" className="button start" onClick={() => setEditing("new")}>
              <Icon name="plus" /> Plan a sprint
            </button>
          )}
          <Group id={null} title="Backlog" tasks={backlog} onOpen={onOpen} onAdd={() => setAdding(null)} empty="Everything is planned, or nothing is written yet. Press c for a new task." />
          {closed.length > 0 && (
            <details className="card-box">
              <summary className="muted">Closed sprints ({closed.length})</summary>
              <ul className="plain stack tight closed-sprints">
                {closed.map((sprint) => {
                  const of = tasks.filter((task) => task.sprint === sprint.id);
                  return (
                    <li key={sprint.id} className="row">
                      <strong>{sprint.name}</strong>
                      <span className="muted small">
                        {of.length} done{sprint.closed_at && `, closed ${shownDay(sprint.closed_at.slice(0, 10))}`}
                      </span>
                    </li>
                  );
                })}
              </ul>
            </details>
          )}
        </div>
      </div>
      {search.task !== undefined && (
        <Suspense fallback={null}>
          <TaskPanel key={search.task} number={search.task} task={opened} onClose={() => set({ task: undefined })} />
        </Suspense>
      )}
      {editing && <SprintForm sprint={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
      {closing && <CloseSprint sprint={closing} others={open.filter((one) => one.id !== closing.id)} onClose={() => setClosing(undefined)} />}
      {adding !== undefined && <CreateTask {...(adding ? { sprint: adding } : {})} onClose={() => setAdding(undefined)} />}
    </div>
  );
}

function SprintBox({ sprint, tasks, running, onOpen, onEdit, onClose, onAdd }: { sprint: Sprint; tasks: Task[]; running: boolean; onOpen: (task: Task) => void; onEdit: () => void; onClose: () => void; onAdd: () => void }) {
  const { session } = useProject();
  const mayPlan = useMay("project:plan");
  const done = tasks.filter((task) => task.done_at).length;
  const days = [sprint.starts, sprint.ends].filter((day): day is string => !!day).map(shownDay);
  return (
    <Group
      id={sprint.id}
      title={sprint.name}
      tasks={tasks}
      onOpen={onOpen}
      onAdd={onAdd}
      empty="Drag tasks here from the backlog, or choose the sprint at a task."
      head={
        <>
          <span className={`pill ${sprint.state === "active" ? "good" : ""}`}>{sprint.state === "active" ? "Running" : "Planned"}</span>
          {days.length > 0 && <span className="muted small">{days.join(" – ")}</span>}
          {sprint.state === "active" && (
            <span className="muted small">
              {done} of {tasks.length} done
            </span>
          )}
        </>
      }
      tools={
        mayPlan && (
          <>
            {sprint.state === "planned" && (
              <button type="button" className="button tiny" disabled={running} title={running ? "Another sprint is running" : undefined} onClick={() => session.do({ type: "sprint.start", id: sprint.id })}>
                Start
              </button>
            )}
            {sprint.state === "active" && (
              <button type="button" className="button tiny" onClick={onClose}>
                Close …
              </button>
            )}
            <Popover
              label={`Sprint ${sprint.name}`}
              kind="menu"
              button={(props) => (
                <button type="button" className="icon-button" aria-label={`More about ${sprint.name}`} {...props}>
                  <Icon name="more" />
                </button>
              )}
            >
              {(close) => (
                <>
                  <MenuItem
                    onSelect={() => {
                      close();
                      onEdit();
                    }}
                  >
                    <Icon name="edit" /> Change
                  </MenuItem>
                  {sprint.state === "planned" && (
                    <MenuItem
                      danger
                      onSelect={() => {
                        close();
                        doWithUndo(session, { type: "sprint.delete", id: sprint.id }, `${sprint.name} deleted; its tasks are in the backlog.`);
                      }}
                    >
                      <Icon name="trash" /> Delete
                    </MenuItem>
                  )}
                </>
              )}
            </Popover>
          </>
        )
      }
    >
      {sprint.goal && <p className="muted small sprint-goal break">{sprint.goal}</p>}
    </Group>
  );
}

interface GroupProps {
  id: string | null;
  title: string;
  tasks: readonly Task[];
  empty: string;
  head?: React.ReactNode;
  tools?: React.ReactNode;
  children?: React.ReactNode;
  onOpen: (task: Task) => void;
  onAdd: () => void;
}

function Group({ id, title, tasks, empty, head, tools, children, onOpen, onAdd }: GroupProps) {
  const { session } = useProject();
  const may = useMay("task:write");
  const box = useRef<HTMLElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const points = tasks.reduce((sum, task) => sum + (task.estimate ?? 0), 0);
  useEffect(() => {
    const element = box.current;
    if (!element || !may) return;
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data.type === "planned" && source.data.sprint !== id,
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: ({ source }) => {
        setOver(false);
        session.do({ type: "task.update", id: String(source.data.id), fields: { sprint: id } });
        announce(`Moved to ${title}.`);
      },
    });
  }, [id, may, session, title]);
  const virtual = useVirtualizer({ count: tasks.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, getItemKey: (index) => tasks[index]!.id, overscan: 10 });
  return (
    <section ref={box} className="card-box plan-group" data-over={over} aria-label={title}>
      <header className="wrap">
        <h2 className="clip">{title}</h2>
        <span className="pill">{tasks.length}</span>
        {points > 0 && <span className="muted small">{points} points</span>}
        {head}
        <span className="grow" />
        {tools}
        {may && (
          <button type="button" className="icon-button" aria-label={`New task in ${title}`} onClick={onAdd}>
            <Icon name="plus" />
          </button>
        )}
      </header>
      {children}
      {tasks.length === 0 ? (
        <p className="muted small plan-empty">{empty}</p>
      ) : (
        <div ref={scroller} className="plan-scroll" tabIndex={0} role="group" aria-label={`Tasks of ${title}`}>
          <ul className="plain" style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {virtual.getVirtualItems().map((item) => (
              <PlanRow key={item.key} task={tasks[item.index]!} start={item.start} may={may} onOpen={onOpen} />
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function PlanRow({ task, start, may, onOpen }: { task: Task; start: number; may: boolean; onOpen: (task: Task) => void }) {
  const { session, project, people } = useProject();
  const row = useRef<HTMLLIElement>(null);
  const { id } = task;
  const sprint = task.sprint ?? null;
  useEffect(() => {
    const element = row.current;
    if (!element || !may) return;
    return combine(draggable({ element, getInitialData: () => ({ type: "planned", id, sprint }) }));
  }, [id, sprint, may]);
  return (
    <li ref={row} className="plan-row row" style={{ transform: `translateY(${start}px)` }}>
      <TypeMark type={task.type} />
      <span className="mono small muted">{taskKey(project.key, task)}</span>
      <button type="button" className={`as-text clip grow ${task.done_at ? "struck" : ""}`} onClick={() => onOpen(task)}>
        {task.title}
      </button>
      <span className="hide-narrow">
        <SprintPicker value={task.sprint} disabled={!may} onChange={(to) => session.do({ type: "task.update", id, fields: { sprint: to } })} />
      </span>
      {task.priority !== "none" && <PriorityMark priority={task.priority} />}
      {task.estimate != null && <span className="estimate" role="img" aria-label={`Estimate ${task.estimate}`}>{task.estimate}</span>}
      <span className="avatars">
        {task.assignees.slice(0, 2).map((user) => (
          <Avatar key={user} id={user} person={people.get(user)} />
        ))}
      </span>
    </li>
  );
}

function SprintForm({ sprint, onClose }: { sprint: Sprint | undefined; onClose: () => void }) {
  const { session } = useProject();
  const sprints = useAll("sprint");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const fields = { name: text("name"), goal: text("goal"), starts: text("starts") || null, ends: text("ends") || null };
    session.do(sprint ? { type: "sprint.update", id: sprint.id, fields } : { type: "sprint.create", id: fresh("spr"), fields });
    onClose();
  };
  return (
    <Dialog title={sprint ? `Change ${sprint.name}` : "Plan a sprint"} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input className="input" name="name" defaultValue={sprint?.name ?? `Sprint ${sprints.length + 1}`} maxLength={200} required autoFocus />
        </label>
        <label className="field">
          <span>What it is for (may be left out)</span>
          <textarea className="input" name="goal" defaultValue={sprint?.goal ?? ""} />
        </label>
        <div className="row">
          <label className="field grow">
            <span>First day</span>
            <input className="input" type="date" name="starts" defaultValue={sprint?.starts ?? ""} />
          </label>
          <label className="field grow">
            <span>Last day</span>
            <input className="input" type="date" name="ends" defaultValue={sprint?.ends ?? ""} />
          </label>
        </div>
        <div className="actions row">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button className="button primary">{sprint ? "Save" : "Plan sprint"}</button>
        </div>
      </form>
    </Dialog>
  );
}

function CloseSprint({ sprint, others, onClose }: { sprint: Sprint; others: readonly Sprint[]; onClose: () => void }) {
  const { session } = useProject();
  const tasks = useAll("task").filter((task) => task.sprint === sprint.id);
  const left = tasks.filter((task) => !task.done_at).length;
  const [to, setTo] = useState("");
  return (
    <Dialog title={`Close ${sprint.name}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          session.do({ type: "sprint.close", id: sprint.id, ...(to ? { carry_over_to: to } : {}) });
          onClose();
        }}
      >
        <p>
          {tasks.length - left} of {tasks.length} tasks are done. A closed sprint changes no more.
        </p>
        {left > 0 && (
          <label className="field">
            <span>The other {left} go to</span>
            <select className="input" value={to} onChange={(event) => setTo(event.target.value)}>
              <option value="">the backlog</option>
              {others.map((other) => (
                <option key={other.id} value={other.id}>
                  {other.name}
                </option>
              ))}
            </select>
          </label>
        )}
        <div className="actions row">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button className="button primary">Close sprint</button>
        </div>
      </form>
    </Dialog>
  );
}
