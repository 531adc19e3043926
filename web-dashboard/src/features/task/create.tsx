/** Making a task, from anywhere. What is typed is kept until the task is made. */
import { type FormEvent, useContext, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { Priority, TaskFields, TaskType } from "@/shared/api/types";
import { TASK_TYPES } from "@/shared/api/types";
import { useDraft } from "@/shared/drafts";
import { fresh } from "@/shared/ids";
import { ProjectContext, useColumns, useMay, useProject, useReady } from "@/shared/live/hooks";
import { MarkdownEditor } from "@/shared/markdown/editor";
import * as queries from "@/shared/queries";
import { bySlug, slugOf } from "@/shared/slug";
import { TYPE_NAMES, TypeMark } from "@/shared/ui/bits";
import { Dialog } from "@/shared/ui/dialog";
import { Picker } from "@/shared/ui/picker";
import { Skeleton } from "@/shared/ui/bits";
import { announce, toast } from "@/shared/ui/toast";
import { WithProject } from "@/features/board/project";
import { AssigneePicker, EpicPicker, LabelPicker, PriorityPicker, SprintPicker } from "./pickers";

interface Props {
  onClose: () => void;
  column?: string;
  parent?: string;
  sprint?: string;
}

export function CreateTask(props: Props) {
  const inside = useContext(ProjectContext);
  const { data: projects } = useQuery(queries.projects);
  const open = projects?.filter((project) => !project.archived) ?? [];
  const [chosen, setChosen] = useState<string>();
  // The dialog of the frame stands outside of the project that the page shows.
  const { project: slug } = useParams({ strict: false }) as { project?: string };
  const here = inside?.project.id ?? (slug ? bySlug(slug, open)?.id : undefined);
  const project = open.find((one) => one.id === (chosen ?? here)) ?? open[0];
  if (inside && (!chosen || chosen === inside.project.id)) {
    return (
      <Dialog title="New task" onClose={props.onClose} wide>
        <Form {...props} projects={open} onProject={setChosen} />
      </Dialog>
    );
  }
  return (
    <Dialog title="New task" onClose={props.onClose} wide>
      {!projects ? (
        <Skeleton />
      ) : project ? (
        <WithProject key={project.id} project={project} slug={slugOf(project, open)}>
          <Form onClose={props.onClose} projects={open} onProject={setChosen} />
        </WithProject>
      ) : (
        <p>
          There is no project yet. <Link to="/">Make one</Link> first.
        </p>
      )}
    </Dialog>
  );
}

interface FormProps extends Props {
  projects: readonly { id: string; name: string; key: string }[];
  onProject: (id: string) => void;
}

function Form({ onClose, column, parent, sprint, projects, onProject }: FormProps) {
  const { session, project } = useProject();
  const columns = useColumns();
  const ready = useReady();
  const may = useMay("task:write");
  const place = `new:${project.id}`;
  const [title, setTitle, forgetTitle] = useDraft(`${place}:title`);
  const [body, setBody, forgetBody] = useDraft(`${place}:body`);
  const [type, setType] = useState<TaskType>("task");
  const [priority, setPriority] = useState<Priority>("none");
  const [assignees, setAssignees] = useState<string[]>([]);
  const [labels, setLabels] = useState<string[]>([]);
  const [epic, setEpic] = useState<string | null>(null);
  const [inSprint, setSprint] = useState<string | null>(sprint ?? null);
  const [at, setColumn] = useState(column);
  const [more, setMore] = useState(false);

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!title.trim() || !may) return;
    const fields: TaskFields = { title: title.trim() };
    if (body.trim()) fields.body = body;
    if (type !== "task") fields.type = type;
    if (priority !== "none") fields.priority = priority;
    if (assignees.length > 0) fields.assignees = assignees;
    if (labels.length > 0) fields.labels = labels;
    if (epic) fields.epic = epic;
    if (inSprint) fields.sprint = inSprint;
    if (parent) fields.parent = parent;
    session.do({ type: "task.create", id: fresh("tsk"), fields, ...(at ? { column: at } : {}) });
    forgetTitle();
    forgetBody();
    announce(`Task made: ${title.trim()}`);
    if (more) {
      toast("Task made.");
      return;
    }
    onClose();
  };

  const name = columns.find((one) => one.id === at)?.name ?? columns[0]?.name ?? "Column";
  return (
    <form className="stack" onSubmit={submit}>
      {!may && ready && <p className="problem">You may not make tasks in this project.</p>}
      <input className="input title-input" aria-label="Title" placeholder="What is to be done?" value={title} maxLength={300} onChange={(event) => setTitle(event.target.value)} required autoFocus />
      <MarkdownEditor label="Description" value={body} onChange={setBody} onSubmit={submit} placeholder="Why, and what counts as done (may be left out)" />
      <div className="row wrap">
        {projects.length > 1 && (
          <Picker label="Project" className="button tiny" chosen={[project.id]} onChange={([id]) => id && onProject(id)} choices={projects.map((one) => ({ value: one.id, label: `${one.key} · ${one.name}` }))}>
            {project.key}
          </Picker>
        )}
        <Picker label="Column" className="button tiny" chosen={[at ?? columns[0]?.id ?? ""]} onChange={([id]) => setColumn(id)} choices={columns.map((one) => ({ value: one.id, label: one.name, mark: <i className={`category ${one.category}`} /> }))}>
          {name}
        </Picker>
        <Picker label="Type" className="button tiny" chosen={[type]} onChange={([one]) => setType(one as TaskType)} choices={TASK_TYPES.map((value) => ({ value, label: TYPE_NAMES[value], mark: <TypeMark type={value} /> }))}>
          <TypeMark type={type} /> {TYPE_NAMES[type]}
        </Picker>
        <PriorityPicker value={priority} onChange={setPriority} className="button tiny" />
        <AssigneePicker value={assignees} onChange={setAssignees} className="button tiny" />
        <LabelPicker value={labels} onChange={setLabels} className="button tiny" />
        <EpicPicker value={epic} onChange={setEpic} className="button tiny" />
        <SprintPicker value={inSprint} onChange={setSprint} className="button tiny" />
      </div>
      <div className="actions row">
        <label className="check small">
          <input type="checkbox" checked={more} onChange={(event) => setMore(event.target.checked)} /> Make another
        </label>
        <span className="grow" />
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
        <button className="button primary" disabled={!title.trim() || !may}>
          Make task
        </button>
      </div>
    </form>
  );
}
