/** Choosing what a task may have. */
import { useMemo } from "react";
import { PRIORITIES, type Priority } from "@/shared/api/types";
import { fresh } from "@/shared/ids";
import { useAll, useMay, useProject } from "@/shared/live/hooks";
import { Avatar, LabelChip, PRIORITY_NAMES, PriorityMark } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { Picker } from "@/shared/ui/picker";

interface Common {
  className?: string;
  disabled?: boolean;
}

/** Colours of labels that are made by typing; each stands out in the dark and in the light. */
const COLORS = ["#e5484d", "#f76b15", "#d6a400", "#30a46c", "#12a594", "#0090ff", "#6e56cf", "#d6409f"];

export function PriorityPicker({ value, onChange, ...rest }: Common & { value: Priority; onChange: (value: Priority) => void }) {
  return (
    <Picker
      label="Priority"
      chosen={[value]}
      onChange={([one]) => onChange((one as Priority) ?? "none")}
      choices={[...PRIORITIES].reverse().map((one) => ({ value: one, label: PRIORITY_NAMES[one], mark: <PriorityMark priority={one} /> }))}
      {...rest}
    >
      <PriorityMark priority={value} /> {value === "none" ? <span className="muted">Priority</span> : PRIORITY_NAMES[value]}
    </Picker>
  );
}

export function AssigneePicker({ value, onChange, ...rest }: Common & { value: readonly string[]; onChange: (value: string[]) => void }) {
  const { access, people, session } = useProject();
  const choices = useMemo(() => {
    const members = access.people.filter((person) => person.member || value.includes(person.id));
    members.sort((a, b) => (a.id === session.me ? -1 : b.id === session.me ? 1 : a.name.localeCompare(b.name)));
    return members.map((person) => ({
      value: person.id,
      label: person.id === session.me ? `${person.name} (me)` : `${person.name} @${person.handle}`,
      mark: <Avatar id={person.id} person={person} />,
    }));
  }, [access.people, value, session.me]);
  return (
    <Picker label="Assignees" several none="Nobody" chosen={value} onChange={onChange} choices={choices} {...rest}>
      {value.length === 0 ? (
        <>
          <Icon name="person" /> <span className="muted">Nobody</span>
        </>
      ) : (
        <>
          <span className="avatars">
            {value.slice(0, 3).map((id) => (
              <Avatar key={id} id={id} person={people.get(id)} />
            ))}
          </span>
          {value.length === 1 ? (people.get(value[0]!)?.name ?? "Somebody who left") : `${value.length} people`}
        </>
      )}
    </Picker>
  );
}

export function LabelPicker({ value, onChange, ...rest }: Common & { value: readonly string[]; onChange: (value: string[]) => void }) {
  const { session } = useProject();
  const labels = useAll("label");
  const mayPlan = useMay("project:plan");
  const sorted = useMemo(() => [...labels].sort((a, b) => a.name.localeCompare(b.name)), [labels]);
  const chosen = sorted.filter((label) => value.includes(label.id));
  const create = (name: string) => {
    const id = fresh("lbl");
    session.do({ type: "label.create", id, fields: { name, color: COLORS[labels.length % COLORS.length]! } });
    onChange([...value, id]);
  };
  return (
    <Picker
      label="Labels"
      several
      none="No labels"
      chosen={value}
      onChange={onChange}
      choices={sorted.map((label) => ({ value: label.id, label: label.name, mark: <i className="dot" style={{ background: label.color }} /> }))}
      {...(mayPlan ? { onCreate: create } : {})}
      {...rest}
    >
      {chosen.length === 0 ? (
        <>
          <Icon name="flag" /> <span className="muted">No labels</span>
        </>
      ) : (
        <span className="row wrap tight">
          {chosen.map((label) => (
            <LabelChip key={label.id} label={label} />
          ))}
        </span>
      )}
    </Picker>
  );
}

export function EpicPicker({ value, onChange, ...rest }: Common & { value: string | null | undefined; onChange: (value: string | null) => void }) {
  const epics = useAll("epic");
  const epic = epics.find((one) => one.id === value);
  if (epics.length === 0) return null;
  return (
    <Picker
      label="Epic"
      none="No epic"
      chosen={value ? [value] : []}
      onChange={([one]) => onChange(one ?? null)}
      choices={epics.filter((one) => !one.done || one.id === value).map((one) => ({ value: one.id, label: one.title, mark: <i className="dot" style={{ background: one.color }} /> }))}
      {...rest}
    >
      {epic ? (
        <>
          <i className="dot" style={{ background: epic.color }} /> <span className="clip">{epic.title}</span>
        </>
      ) : (
        <span className="muted">No epic</span>
      )}
    </Picker>
  );
}

export function SprintPicker({ value, onChange, ...rest }: Common & { value: string | null | undefined; onChange: (value: string | null) => void }) {
  const sprints = useAll("sprint");
  const sprint = sprints.find((one) => one.id === value);
  if (sprints.length === 0) return null;
  return (
    <Picker
      label="Sprint"
      none="Backlog"
      chosen={value ? [value] : []}
      onChange={([one]) => onChange(one ?? null)}
      choices={sprints.filter((one) => one.state !== "closed" || one.id === value).map((one) => ({ value: one.id, label: one.state === "active" ? `${one.name} (running)` : one.name }))}
      {...rest}
    >
      {sprint ? <span className="clip">{sprint.name}</span> : "Backlog"}
    </Picker>
  );
}

/** Finds another task of the project by its key or its title. */
export function TaskPicker({ label, but, onChoose, className, children }: { label: string; but: readonly string[]; onChoose: (id: string) => void; className?: string; children: React.ReactNode }) {
  const { project } = useProject();
  const tasks = useAll("task");
  const choices = useMemo(
    () => [...tasks].filter((task) => !but.includes(task.id) && task.number > 0).sort((a, b) => b.number - a.number).map((task) => ({ value: task.id, label: `${project.key}-${task.number} ${task.title}` })),
    [tasks, but, project.key],
  );
  return (
    <Picker label={label} saysItself className={className ?? "button quiet tiny"} chosen={[]} onChange={([id]) => id && onChoose(id)} choices={choices}>
      {children}
    </Picker>
  );
}
