/** Everything of a task, each part changed where it is shown. */
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Link } from "@tanstack/react-router";
import type { Task, TaskFields, TaskType } from "@/shared/api/types";
import { TASK_TYPES } from "@/shared/api/types";
import { useDraft } from "@/shared/drafts";
import { useAll, useColumns, useEntity, useMay, useProject } from "@/shared/live/hooks";
import { MarkdownEditor } from "@/shared/markdown/editor";
import { ago, shownInstant, today } from "@/shared/time";
import { Avatar, TYPE_NAMES, TypeMark } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { Picker } from "@/shared/ui/picker";
import { MenuItem, Popover } from "@/shared/ui/popover";
import { toast } from "@/shared/ui/toast";
import { doWithUndo } from "./actions";
import { Comments } from "./comments";
import { History } from "./history";
import { Parts } from "./parts";
import { AssigneePicker, EpicPicker, LabelPicker, PriorityPicker, SprintPicker } from "./pickers";
import { TimeSpent } from "./time-spent";
import { Anchors } from "./anchors";
import { overdue, taskKey } from "./words";

const Markdown = lazy(() => import("@/shared/markdown/markdown"));

/** Links in texts: keys of this project's tasks, and people who are here. */
export function useMarks() {
  const { project, slug, access } = useProject();
  return {
    task: (key: string) => {
      const [prefix, number] = key.split("-");
      return prefix === project.key ? `/p/${slug}/t/${number}` : undefined;
    },
    person: (handle: string) => access.people.find((person) => person.handle === handle)?.name,
  };
}

export function TaskView({ task, wide, onGone }: { task: Task; wide?: boolean; onGone: () => void }) {
  const { session, project, people } = useProject();
  const may = useMay("task:write");
  const mayDelete = useMay("task:delete");
  const mayWatch = useMay("task:comment");
  const columns = useColumns();
  const column = useEntity("column", task.column);
  const update = (fields: TaskFields) => session.do({ type: "task.update", id: task.id, fields });
  const watching = task.watchers.includes(session.me);
  const key = taskKey(project.key, task);

  const facts = (
    <dl className="facts">
      <Fact name="Status">
        <Picker
          label="Status"
          disabled={!may}
          chosen={[task.column]}
          onChange={([id]) => id && id !== task.column && session.do({ type: "task.move", id: task.id, column: id })}
          choices={columns.map((one) => ({ value: one.id, label: one.name, mark: <i className={`category ${one.category}`} /> }))}
        >
          <i className={`category ${column?.category ?? "todo"}`} /> {column?.name ?? "—"}
        </Picker>
      </Fact>
      <Fact name="Assignees">
        <AssigneePicker value={task.assignees} disabled={!may} onChange={(assignees) => update({ assignees })} />
      </Fact>
      <Fact name="Priority">
        <PriorityPicker value={task.priority} disabled={!may} onChange={(priority) => update({ priority })} />
      </Fact>
      <Fact name="Type">
        <Picker
          label="Type"
          disabled={!may}
          chosen={[task.type]}
          onChange={([type]) => type && update({ type: type as TaskType })}
          choices={TASK_TYPES.map((value) => ({ value, label: TYPE_NAMES[value], mark: <TypeMark type={value} /> }))}
        >
          <TypeMark type={task.type} /> {TYPE_NAMES[task.type]}
        </Picker>
      </Fact>
      <Fact name="Labels">
        <LabelPicker value={task.labels} disabled={!may} onChange={(labels) => update({ labels })} />
      </Fact>
      <Fact name="Estimate">
        <Estimate task={task} may={may} onChange={(estimate) => update({ estimate })} />
      </Fact>
      <Fact name="Due">
        <input
          type="date"
          className={`input bare ${overdue(task, today()) ? "late" : ""}`}
          aria-label="Due date"
          disabled={!may}
          value={task.due ?? ""}
          onChange={(event) => update({ due: event.target.value || null })}
        />
      </Fact>
      <EpicFact task={task} may={may} update={update} />
      <SprintFact task={task} may={may} update={update} />
      <Fact name="Made">
        <span className="small row" title={shownInstant(task.created_at)}>
          <Avatar id={task.created_by} person={people.get(task.created_by)} /> {ago(task.created_at)}
        </span>
      </Fact>
    </dl>
  );

  const body = (
    <div className="task-main stack">
      <Title task={task} may={may} onChange={(title) => update({ title })} />
      {!wide && facts}
      <Description task={task} may={may} onChange={(text) => update({ body: text })} />
      <Parts task={task} />
      <Anchors task={task.id} />
      <TimeSpent task={task} />
      <Comments task={task} />
      <History task={task} />
      <footer className="row wrap task-foot">
        {mayWatch && (
          <button type="button" className="button tiny" aria-pressed={watching} onClick={() => session.do({ type: "task.watch", id: task.id, watching: !watching })}>
            <Icon name="eye" /> {watching ? "Watching" : "Watch"} · {task.watchers.length}
          </button>
        )}
        <button
          type="button"
          className="button tiny"
          onClick={() =>
            navigator.clipboard.writeText(`${location.origin}/p/${project.key}/t/${task.number}`).then(
              () => toast(`The link to ${key} is in the clipboard.`),
              () => toast("The browser did not allow it.", { bad: true }),
            )
          }
        >
          <Icon name="link" /> Copy link
        </button>
        {mayDelete && (
          <Popover
            label="More"
            kind="menu"
            button={(props) => (
              <button type="button" className="button tiny" {...props}>
                <Icon name="more" /> More
              </button>
            )}
          >
            {(close) => (
              <MenuItem
                danger
                onSelect={() => {
                  close();
                  doWithUndo(session, { type: "task.delete", id: task.id }, `${key} deleted.`);
                  onGone();
                }}
              >
                <Icon name="trash" /> Delete task
              </MenuItem>
            )}
          </Popover>
        )}
      </footer>
    </div>
  );
  return wide ? (
    <div className="task-wide">
      {body}
      <aside className="task-side" aria-label="Properties">
        {facts}
      </aside>
    </div>
  ) : (
    body
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function EpicFact({ task, may, update }: { task: Task; may: boolean; update: (fields: TaskFields) => void }) {
  if (useAll("epic").length === 0) return null;
  return (
    <Fact name="Epic">
      <EpicPicker value={task.epic} disabled={!may} onChange={(epic) => update({ epic })} />
    </Fact>
  );
}

function SprintFact({ task, may, update }: { task: Task; may: boolean; update: (fields: TaskFields) => void }) {
  if (useAll("sprint").length === 0) return null;
  return (
    <Fact name="Sprint">
      <SprintPicker value={task.sprint} disabled={!may} onChange={(sprint) => update({ sprint })} />
    </Fact>
  );
}

function Estimate({ task, may, onChange }: { task: Task; may: boolean; onChange: (estimate: number | null) => void }) {
  const shown = task.estimate == null ? "" : String(task.estimate);
  const [typed, setTyped] = useState<string>();
  const save = () => {
    if (typed === undefined) return;
    const number = typed.trim() === "" ? null : Number(typed);
    if (number === null || (Number.isInteger(number) && number >= 0 && number <= 1_000_000)) {
      if (number !== (task.estimate ?? null)) onChange(number);
    }
    setTyped(undefined);
  };
  return (
    <input
      className="input bare"
      inputMode="numeric"
      aria-label="Estimate in points"
      placeholder="Points"
      disabled={!may}
      value={typed ?? shown}
      onChange={(event) => setTyped(event.target.value.replace(/\D/g, "").slice(0, 7))}
      onBlur={save}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
}

function Title({ task, may, onChange }: { task: Task; may: boolean; onChange: (title: string) => void }) {
  const [draft, setDraft, forget] = useDraft(`title:${task.id}`);
  const [editing, setEditing] = useState(draft !== "");
  if (!editing || !may) {
    return (
      <h2 className="task-title break">
        {may ? (
          <button
            type="button"
            className="as-text"
            title="Change the title"
            onClick={() => {
              setDraft(task.title);
              setEditing(true);
            }}
          >
            {task.title}
          </button>
        ) : (
          task.title
        )}
      </h2>
    );
  }
  const done = (save: boolean) => {
    if (save && draft.trim() && draft.trim() !== task.title) onChange(draft.trim());
    forget();
    setEditing(false);
  };
  return (
    <textarea
      className="input task-title"
      aria-label="Title"
      rows={Math.min(6, 1 + Math.floor(draft.length / 60))}
      value={draft}
      maxLength={300}
      autoFocus
      onChange={(event) => setDraft(event.target.value.replace(/\n/g, " "))}
      onBlur={() => done(true)}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          done(true);
        } else if (event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          done(false);
        }
      }}
    />
  );
}

function Description({ task, may, onChange }: { task: Task; may: boolean; onChange: (body: string) => void }) {
  const [draft, setDraft, forget] = useDraft(`body:${task.id}`);
  const [editing, setEditing] = useState(draft !== "");
  const marks = useMarks();
  if (editing && may) {
    const save = () => {
      if (draft !== task.body) onChange(draft);
      forget();
      setEditing(false);
    };
    return (
      <section className="stack" aria-label="Description">
        <MarkdownEditor label="Description" value={draft} onChange={setDraft} rows={10} autoFocus onSubmit={save} />
        <div className="row">
          <button type="button" className="button primary tiny" onClick={save}>
            Save
          </button>
          <button
            type="button"
            className="button tiny"
            onClick={() => {
              forget();
              setEditing(false);
            }}
          >
            Discard
          </button>
        </div>
      </section>
    );
  }
  const edit = () => {
    setDraft(task.body);
    setEditing(true);
  };
  return (
    <section className="description" aria-label="Description">
      {task.body.trim() ? (
        <Suspense fallback={<p className="break">{task.body}</p>}>
          <Markdown text={task.body} marks={marks} />
        </Suspense>
      ) : (
        <p className="muted">No description.</p>
      )}
      {may && (
        <button type="button" className="button quiet tiny" onClick={edit}>
          <Icon name="edit" /> {task.body.trim() ? "Edit" : "Describe it"}
        </button>
      )}
    </section>
  );
}

/** A line that leads to another task of the project. */
export function TaskLine({ id, onRemove, what }: { id: string; onRemove?: () => void; what?: string }) {
  const { project, slug } = useProject();
  const task = useEntity("task", id);
  const column = useEntity("column", task?.column);
  if (!task) return null;
  return (
    <li className="row task-line">
      <i className={`category ${column?.category ?? "todo"}`} title={column?.name} />
      <span className="mono small muted">{taskKey(project.key, task)}</span>
      <Link className={`grow clip ${task.done_at ? "struck" : ""}`} to="/p/$project/t/$number" params={{ project: slug, number: String(task.number || task.id) }}>
        {task.title}
      </Link>
      {onRemove && (
        <button type="button" className="icon-button" aria-label={`${what ?? "Remove"}: ${task.title}`} onClick={onRemove}>
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}

