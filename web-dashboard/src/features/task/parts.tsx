/** What a task consists of, and what it has to do with others. */
import { useMemo, useState } from "react";
import type { Relation, Task } from "@/shared/api/types";
import { useAll, useEntity, useMay, useProject } from "@/shared/live/hooks";
import { fresh } from "@/shared/ids";
import { Icon } from "@/shared/ui/icons";
import { MenuItem, Popover } from "@/shared/ui/popover";
import { TaskPicker } from "./pickers";
import { TaskLine } from "./view";

export function Parts({ task }: { task: Task }) {
  const { session } = useProject();
  const may = useMay("task:write");
  const tasks = useAll("task");
  const parent = useEntity("task", task.parent);
  const { parts, blockers } = useMemo(
    () => ({
      parts: tasks.filter((other) => other.parent === task.id).sort((a, b) => (a.id < b.id ? -1 : 1)),
      blockers: tasks.filter((other) => other.blocks.includes(task.id)),
    }),
    [tasks, task.id],
  );
  const [title, setTitle] = useState("");
  const [adding, setAdding] = useState(false);
  const done = parts.filter((part) => part.done_at).length;
  const unlink = (id: string, relation: Relation, other: string) => session.do({ type: "task.unlink", id, relation, other });
  const link = (id: string, relation: Relation, other: string) => session.do({ type: "task.link", id, relation, other });
  const groups: { name: string; ids: readonly string[]; remove: (id: string) => void }[] = [
    { name: "Blocked by", ids: blockers.map((one) => one.id), remove: (id) => unlink(id, "blocks", task.id) },
    { name: "Blocks", ids: task.blocks, remove: (id) => unlink(task.id, "blocks", id) },
    { name: "Related", ids: task.relates, remove: (id) => unlink(task.id, "relates", id) },
    { name: "Duplicate of", ids: task.duplicate_of ? [task.duplicate_of] : [], remove: (id) => unlink(task.id, "duplicates", id) },
  ];
  const used = [task.id, ...task.blocks, ...task.relates, ...blockers.map((one) => one.id)];

  return (
    <section className="stack tight" aria-label="Parts and links">
      {parent && (
        <ul className="plain">
          <li className="muted small row">
            <Icon name="parent" /> A part of
          </li>
          <TaskLine id={parent.id} {...(may ? { onRemove: () => session.do({ type: "task.update", id: task.id, fields: { parent: null } }), what: "No part of" } : {})} />
        </ul>
      )}
      {(parts.length > 0 || adding) && (
        <>
          <div className="row">
            <h3>Sub-tasks</h3>
            {parts.length > 0 && (
              <span className="muted small">
                {done} of {parts.length}
              </span>
            )}
            {parts.length > 0 && (
              <div className="progress grow" role="img" aria-label={`${done} of ${parts.length} done`}>
                <i style={{ width: `${(done / parts.length) * 100}%` }} />
              </div>
            )}
          </div>
          <ul className="plain">
            {parts.map((part) => (
              <TaskLine key={part.id} id={part.id} {...(may ? { onRemove: () => session.do({ type: "task.update", id: part.id, fields: { parent: null } }), what: "No sub-task" } : {})} />
            ))}
          </ul>
        </>
      )}
      {adding && may && (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            if (!title.trim()) return;
            session.do({ type: "task.create", id: fresh("tsk"), fields: { title: title.trim(), parent: task.id, ...(task.sprint ? { sprint: task.sprint } : {}) } });
            setTitle("");
          }}
        >
          <input className="input" aria-label="Title of the sub-task" placeholder="What is a part of it?" value={title} autoFocus onChange={(event) => setTitle(event.target.value)} onKeyDown={(event) => {
            if (event.key === "Escape") {
              event.stopPropagation();
              setAdding(false);
            }
          }} />
          <button className="button tiny" disabled={!title.trim()}>
            Add
          </button>
        </form>
      )}
      {groups
        .filter((group) => group.ids.length > 0)
        .map((group) => (
          <div key={group.name}>
            <h3>{group.name}</h3>
            <ul className="plain">
              {group.ids.map((id) => (
                <TaskLine key={id} id={id} {...(may ? { onRemove: () => group.remove(id), what: "Unlink" } : {})} />
              ))}
            </ul>
          </div>
        ))}
      {may && (
        <div className="row wrap tight">
          {!adding && (
            <button type="button" className="button quiet tiny" onClick={() => setAdding(true)}>
              <Icon name="plus" /> Sub-task
            </button>
          )}
          <AddLink used={used} onLink={(relation, other) => (relation === "blocked" ? link(other, "blocks", task.id) : link(task.id, relation, other))} />
        </div>
      )}
    </section>
  );
}

const RELATIONS: { value: Relation | "blocked"; label: string }[] = [
  { value: "blocked", label: "Is blocked by …" },
  { value: "blocks", label: "Blocks …" },
  { value: "relates", label: "Has to do with …" },
  { value: "duplicates", label: "Says the same as …" },
];

function AddLink({ used, onLink }: { used: readonly string[]; onLink: (relation: Relation | "blocked", other: string) => void }) {
  const [relation, setRelation] = useState<Relation | "blocked">();
  if (relation) {
    return (
      <span className="row">
        <TaskPicker
          label={RELATIONS.find((one) => one.value === relation)!.label}
          but={used}
          className="button tiny"
          onChoose={(other) => {
            onLink(relation, other);
            setRelation(undefined);
          }}
        >
          <Icon name="search" /> {RELATIONS.find((one) => one.value === relation)!.label}
        </TaskPicker>
        <button type="button" className="icon-button" aria-label="No link" onClick={() => setRelation(undefined)}>
          <Icon name="close" />
        </button>
      </span>
    );
  }
  return (
    <Popover
      label="Link"
      kind="menu"
      button={(props) => (
        <button type="button" className="button quiet tiny" {...props}>
          <Icon name="link" /> Link
        </button>
      )}
    >
      {(close) =>
        RELATIONS.map((one) => (
          <MenuItem
            key={one.value}
            onSelect={() => {
              close();
              setRelation(one.value);
            }}
          >
            {one.label}
          </MenuItem>
        ))
      }
    </Popover>
  );
}
