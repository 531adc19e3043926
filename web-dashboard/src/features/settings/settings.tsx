/** The settings of a project: what it is called, its columns, labels and epics, and who works in it. */
import { type FormEvent, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Category, Column, Epic, Label, Role } from "@/shared/api/types";
import { fresh } from "@/shared/ids";
import { useAll, useColumns, useColumnTasks, useEntity, useMay, useProject } from "@/shared/live/hooks";
import * as queries from "@/shared/queries";
import { shownDay } from "@/shared/time";
import { Avatar } from "@/shared/ui/bits";
import { Dialog } from "@/shared/ui/dialog";
import { Icon } from "@/shared/ui/icons";
import { doWithUndo } from "@/features/task/actions";
import { CATEGORY_NAMES } from "@/features/task/words";

export function SettingsPage() {
  return (
    <div className="page">
      <About />
      <Columns />
      <Labels />
      <Epics />
      <Members />
      <Ending />
    </div>
  );
}

function About() {
  const { session, project } = useProject();
  const now = useEntity("project", project.id);
  const may = useMay("project:configure");
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    session.do({ type: "project.update", fields: { name: String(form.get("name")).trim(), description: String(form.get("description")) } });
  };
  if (!now) return null;
  return (
    <section className="card-box" aria-label="Project">
      <header>
        <h2>Project</h2>
        <span className="muted small mono">{now.key}</span>
      </header>
      <form className="body stack" onSubmit={save} key={`${now.name} ${now.description}`}>
        <label className="field">
          <span>Name</span>
          <input className="input" name="name" defaultValue={now.name} maxLength={200} required disabled={!may} />
        </label>
        <label className="field">
          <span>What it is about</span>
          <textarea className="input" name="description" defaultValue={now.description} disabled={!may} />
        </label>
        {may && (
          <div>
            <button className="button primary">Save</button>
          </div>
        )}
      </form>
    </section>
  );
}

function Columns() {
  const { session } = useProject();
  const columns = useColumns();
  const may = useMay("project:configure");
  const [editing, setEditing] = useState<Column | "new">();
  const [removing, setRemoving] = useState<Column>();
  const move = (index: number, step: -1 | 1) => {
    const column = columns[index]!;
    const after = step === 1 ? columns[index + 1] : columns[index - 2];
    session.do({ type: "column.move", id: column.id, ...(after ? { after: after.id } : {}) });
  };
  return (
    <section className="card-box" aria-label="Columns">
      <header>
        <h2>Columns</h2>
        <span className="muted small grow">The steps that a task goes through, from left to right.</span>
        {may && (
          <button type="button" className="button tiny" onClick={() => setEditing("new")}>
            <Icon name="plus" /> Column
          </button>
        )}
      </header>
      <ul className="plain">
        {columns.map((column, index) => (
          <li key={column.id} className="row setting-line">
            <i className={`category ${column.category}`} aria-hidden="true" />
            <span className="grow clip">{column.name}</span>
            <span className="muted small">{CATEGORY_NAMES[column.category]}</span>
            {column.wip_limit != null && (
              <span className="pill">
                at most {column.wip_limit}
                {column.wip_enforced ? "" : ", advised"}
              </span>
            )}
            {may && (
              <>
                <button type="button" className="icon-button" aria-label={`Move ${column.name} left`} disabled={index === 0} onClick={() => move(index, -1)}>
                  <Icon name="up" />
                </button>
                <button type="button" className="icon-button" aria-label={`Move ${column.name} right`} disabled={index === columns.length - 1} onClick={() => move(index, 1)}>
                  <Icon name="up" className="turned" />
                </button>
                <button type="button" className="icon-button" aria-label={`Change ${column.name}`} onClick={() => setEditing(column)}>
                  <Icon name="edit" />
                </button>
                <button type="button" className="icon-button" aria-label={`Delete ${column.name}`} onClick={() => setRemoving(column)}>
                  <Icon name="trash" />
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
      {editing && <ColumnForm column={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
      {removing && <RemoveColumn column={removing} others={columns.filter((one) => one.id !== removing.id)} onClose={() => setRemoving(undefined)} />}
    </section>
  );
}

function ColumnForm({ column, onClose }: { column: Column | undefined; onClose: () => void }) {
  const { session } = useProject();
  const columns = useColumns();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const limit = Number(form.get("limit"));
    const fields = {
      name: String(form.get("name")).trim(),
      category: String(form.get("category")) as Category,
      wip_limit: limit > 0 ? limit : null,
      wip_enforced: form.get("enforced") === "on",
    };
    const last = columns.at(-1);
    session.do(column ? { type: "column.update", id: column.id, fields } : { type: "column.create", id: fresh("col"), fields, ...(last ? { after: last.id } : {}) });
    onClose();
  };
  return (
    <Dialog title={column ? `Change ${column.name}` : "New column"} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input className="input" name="name" defaultValue={column?.name} maxLength={200} required autoFocus />
        </label>
        <label className="field">
          <span>What it means</span>
          <select className="input" name="category" defaultValue={column?.category ?? "doing"}>
            {Object.entries(CATEGORY_NAMES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>How many tasks it should hold at most (may be left out)</span>
          <input className="input" name="limit" type="number" min={1} max={1_000_000} defaultValue={column?.wip_limit ?? ""} />
        </label>
        <label className="check">
          <input type="checkbox" name="enforced" defaultChecked={column?.wip_enforced} /> Refuse another task, rather than only advise
        </label>
        <div className="actions row">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button className="button primary">{column ? "Save" : "Make column"}</button>
        </div>
      </form>
    </Dialog>
  );
}

function RemoveColumn({ column, others, onClose }: { column: Column; others: readonly Column[]; onClose: () => void }) {
  const { session } = useProject();
  const tasks = useColumnTasks(column.id).length;
  const [to, setTo] = useState(others[0]?.id ?? "");
  return (
    <Dialog title={`Delete ${column.name}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          doWithUndo(session, { type: "column.delete", id: column.id, ...(tasks > 0 ? { move_tasks_to: to } : {}) }, `${column.name} deleted.`);
          onClose();
        }}
      >
        {tasks > 0 ? (
          <label className="field">
            <span>Its {tasks} tasks go to</span>
            <select className="input" value={to} onChange={(event) => setTo(event.target.value)}>
              {others.map((other) => (
                <option key={other.id} value={other.id}>
                  {other.name}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <p>It is empty.</p>
        )}
        <div className="actions row">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button className="button danger" disabled={tasks > 0 && !to}>
            Delete column
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Labels() {
  const { session } = useProject();
  const labels = [...useAll("label")].sort((a, b) => a.name.localeCompare(b.name));
  const may = useMay("project:plan");
  const [name, setName] = useState("");
  const [color, setColor] = useState("#6e56cf");
  const rename = (label: Label, to: string) => to.trim() && to.trim() !== label.name && session.do({ type: "label.update", id: label.id, fields: { name: to.trim() } });
  return (
    <section className="card-box" aria-label="Labels">
      <header>
        <h2>Labels</h2>
        <span className="pill">{labels.length}</span>
      </header>
      {labels.length === 0 && <p className="muted body">Labels sort tasks across columns: bug, docs, backend.</p>}
      <ul className="plain setting-scroll">
        {labels.map((label) => (
          <li key={label.id} className="row setting-line">
            <input type="color" className="color" aria-label={`Colour of ${label.name}`} value={label.color} disabled={!may} onChange={(event) => session.do({ type: "label.update", id: label.id, fields: { color: event.target.value } })} />
            <input className="input bare grow" aria-label={`Name of ${label.name}`} key={label.name} defaultValue={label.name} maxLength={100} disabled={!may} onBlur={(event) => rename(label, event.target.value)} onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()} />
            {may && (
              <button type="button" className="icon-button" aria-label={`Delete ${label.name}`} onClick={() => doWithUndo(session, { type: "label.delete", id: label.id }, `Label ${label.name} deleted.`)}>
                <Icon name="trash" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {may && (
        <form
          className="row body"
          onSubmit={(event) => {
            event.preventDefault();
            if (!name.trim()) return;
            session.do({ type: "label.create", id: fresh("lbl"), fields: { name: name.trim(), color } });
            setName("");
          }}
        >
          <input type="color" className="color" aria-label="Colour of the new label" value={color} onChange={(event) => setColor(event.target.value)} />
          <input className="input grow" aria-label="Name of the new label" placeholder="New label" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
          <button className="button" disabled={!name.trim()}>
            Add
          </button>
        </form>
      )}
    </section>
  );
}

function Epics() {
  const { session } = useProject();
  const epics = useAll("epic");
  const tasks = useAll("task");
  const may = useMay("project:plan");
  const [editing, setEditing] = useState<Epic | "new">();
  return (
    <section className="card-box" aria-label="Epics">
      <header>
        <h2>Epics</h2>
        <span className="muted small grow">Large pieces of work that tasks belong to.</span>
        {may && (
          <button type="button" className="button tiny" onClick={() => setEditing("new")}>
            <Icon name="plus" /> Epic
          </button>
        )}
      </header>
      <ul className="plain">
        {epics.map((epic) => {
          const of = tasks.filter((task) => task.epic === epic.id);
          const done = of.filter((task) => task.done_at).length;
          return (
            <li key={epic.id} className="row setting-line wrap">
              <i className="dot" style={{ background: epic.color }} />
              <span className={`grow clip ${epic.done ? "struck" : ""}`}>{epic.title}</span>
              {epic.due && <span className="muted small">until {shownDay(epic.due)}</span>}
              <div className="progress epic-progress" role="img" aria-label={`${done} of ${of.length} tasks done`}>
                <i style={{ width: `${of.length > 0 ? (done / of.length) * 100 : 0}%` }} />
              </div>
              <span className="muted small">
                {done} / {of.length}
              </span>
              {may && (
                <>
                  <button type="button" className="icon-button" aria-label={`Change ${epic.title}`} onClick={() => setEditing(epic)}>
                    <Icon name="edit" />
                  </button>
                  <button type="button" className="icon-button" aria-label={`Delete ${epic.title}`} onClick={() => doWithUndo(session, { type: "epic.delete", id: epic.id }, `${epic.title} deleted; its tasks stay.`)}>
                    <Icon name="trash" />
                  </button>
                </>
              )}
            </li>
          );
        })}
      </ul>
      {editing && <EpicForm epic={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </section>
  );
}

function EpicForm({ epic, onClose }: { epic: Epic | undefined; onClose: () => void }) {
  const { session } = useProject();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const fields = { title: text("title"), body: text("body"), color: text("color"), start: text("start") || null, due: text("due") || null, done: form.get("done") === "on" };
    session.do(epic ? { type: "epic.update", id: epic.id, fields } : { type: "epic.create", id: fresh("epic"), fields });
    onClose();
  };
  return (
    <Dialog title={epic ? `Change ${epic.title}` : "New epic"} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <div className="row">
          <input type="color" className="color" name="color" aria-label="Colour" defaultValue={epic?.color ?? "#6e56cf"} />
          <input className="input grow" name="title" aria-label="Title" placeholder="What it achieves" defaultValue={epic?.title} maxLength={300} required autoFocus />
        </div>
        <label className="field">
          <span>Description (may be left out)</span>
          <textarea className="input" name="body" defaultValue={epic?.body ?? ""} />
        </label>
        <div className="row">
          <label className="field grow">
            <span>From</span>
            <input className="input" type="date" name="start" defaultValue={epic?.start ?? ""} />
          </label>
          <label className="field grow">
            <span>Until</span>
            <input className="input" type="date" name="due" defaultValue={epic?.due ?? ""} />
          </label>
        </div>
        {epic && (
          <label className="check">
            <input type="checkbox" name="done" defaultChecked={epic.done} /> It is finished
          </label>
        )}
        <div className="actions row">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button className="button primary">{epic ? "Save" : "Make epic"}</button>
        </div>
      </form>
    </Dialog>
  );
}

const PROJECT_ROLES: readonly Role[] = ["maintainer", "member", "guest"];

function Members() {
  const { session, project, people } = useProject();
  const members = useAll("member");
  const may = useMay("project:share");
  const { data: org } = useQuery({ ...queries.orgPeople(project.org), enabled: may });
  const [user, setUser] = useState("");
  const [role, setRole] = useState<Role>("member");
  const others = org?.people.filter((person) => person.member && !members.some((member) => member.id === person.id)) ?? [];
  return (
    <section className="card-box" aria-label="Shared with">
      <header>
        <h2>Shared with</h2>
        <span className="muted small">Beside those whom their role in the organisation lets in.</span>
      </header>
      {members.length === 0 && <p className="muted body">Nobody in particular.</p>}
      <ul className="plain">
        {members.map((member) => {
          const person = people.get(member.id) ?? org?.people.find((one) => one.id === member.id);
          return (
            <li key={member.id} className="row setting-line">
              <Avatar id={member.id} person={person} />
              <span className="grow clip">
                {person?.name ?? member.id} {person && <span className="muted">@{person.handle}</span>}
              </span>
              <select className="input role-select" aria-label={`Role of ${person?.name ?? member.id}`} value={member.role} disabled={!may} onChange={(event) => session.do({ type: "member.set", user: member.id, role: event.target.value as Role })}>
                {[...new Set([member.role, ...PROJECT_ROLES])].map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
              {may && (
                <button type="button" className="icon-button" aria-label={`Remove ${person?.name ?? member.id}`} onClick={() => doWithUndo(session, { type: "member.remove", user: member.id }, `No longer shared with ${person?.name ?? "them"}.`)}>
                  <Icon name="close" />
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {may && others.length > 0 && (
        <form
          className="row body wrap"
          onSubmit={(event) => {
            event.preventDefault();
            if (!user) return;
            session.do({ type: "member.set", user, role });
            setUser("");
          }}
        >
          <select className="input grow" aria-label="Person" value={user} onChange={(event) => setUser(event.target.value)} required>
            <option value="">Share with …</option>
            {others.map((person) => (
              <option key={person.id} value={person.id}>
                {person.name} @{person.handle}
              </option>
            ))}
          </select>
          <select className="input role-select" aria-label="Role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {PROJECT_ROLES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
          <button className="button" disabled={!user}>
            Share
          </button>
        </form>
      )}
    </section>
  );
}

function Ending() {
  const { session, project } = useProject();
  const now = useEntity("project", project.id);
  const may = useMay("project:configure");
  const mayDelete = useMay("project:delete");
  const [deleting, setDeleting] = useState(false);
  const [typed, setTyped] = useState("");
  const navigate = useNavigate();
  if (!now || !(may || mayDelete)) return null;
  return (
    <section className="card-box" aria-label="Ending it">
      <header>
        <h2>Ending it</h2>
      </header>
      <div className="body row wrap">
        {may && (
          <button type="button" className="button" onClick={() => session.do({ type: "project.update", fields: { archived: !now.archived } })}>
            {now.archived ? "Bring it back" : "Archive: keep it to read"}
          </button>
        )}
        {mayDelete && (
          <button type="button" className="button danger" onClick={() => setDeleting(true)}>
            Delete …
          </button>
        )}
      </div>
      {deleting && (
        <Dialog title={`Delete ${now.name}`} onClose={() => setDeleting(false)}>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              session.do({ type: "project.delete", confirm: typed });
              void navigate({ to: "/" });
            }}
          >
            <p>Everything in it is gone for good. Type its key, {now.key}, to show that you mean it.</p>
            <input className="input mono" aria-label="Key" value={typed} autoFocus onChange={(event) => setTyped(event.target.value.toUpperCase())} />
            <div className="actions row">
              <button type="button" className="button" onClick={() => setDeleting(false)}>
                Keep it
              </button>
              <button className="button danger" disabled={typed !== now.key}>
                Delete for good
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </section>
  );
}
