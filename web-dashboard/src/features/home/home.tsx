/** The projects that somebody sees, and making the first. */
import { type FormEvent, useEffect, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api } from "@/shared/api/client";
import * as queries from "@/shared/queries";
import { slugOf } from "@/shared/slug";
import { ago } from "@/shared/time";
import { Empty, Failed, Skeleton } from "@/shared/ui/bits";
import { Dialog, FormEnd } from "@/shared/ui/dialog";
import { Icon } from "@/shared/ui/icons";
import { keyOf } from "./key";

export function Home() {
  const { data: projects, error } = useQuery(queries.projects);
  const { data: orgs } = useQuery(queries.orgs);
  const [making, setMaking] = useState<"project" | "org">();
  useEffect(() => {
    document.title = "Projects · DevMentor";
  }, []);
  const open = projects?.filter((project) => !project.archived) ?? [];
  const archived = projects?.filter((project) => project.archived) ?? [];
  return (
    <div className="page">
      <header>
        <h1>Projects</h1>
        <div className="row">
          <button type="button" className="button" onClick={() => setMaking("org")}>
            New organisation
          </button>
          {orgs && orgs.length > 0 && (
            <button type="button" className="button primary" onClick={() => setMaking("project")}>
              <Icon name="plus" /> New project
            </button>
          )}
        </div>
      </header>
      {error && <Failed error={error} />}
      {!projects && !error && <Skeleton />}
      {projects && open.length === 0 && (
        <Empty icon="board" title="No project yet">
          <p>A project has a board, a backlog and sprints. Its key, such as DM, names its tasks: DM-12 works in code, commits and here.</p>
          {orgs?.length === 0 ? (
            <button type="button" className="button primary" onClick={() => setMaking("org")}>
              Make an organisation first
            </button>
          ) : (
            <button type="button" className="button primary" onClick={() => setMaking("project")}>
              Make the first project
            </button>
          )}
        </Empty>
      )}
      <div className="tiles">
        {open.map((project) => (
          <Link key={project.id} className="tile" to="/p/$project/board" params={{ project: slugOf(project, open) }}>
            <span className="row">
              <span className="key-badge">{project.key.slice(0, 3)}</span>
              <strong className="clip">{project.name}</strong>
            </span>
            <span className="muted small tile-text">{project.description || "No description."}</span>
            <span className="muted small row">
              {orgs?.find((org) => org.id === project.org)?.name} <span className="grow" />
              {project.last_number} {project.last_number === 1 ? "task" : "tasks"} so far
            </span>
          </Link>
        ))}
      </div>
      {archived.length > 0 && (
        <details>
          <summary className="muted">Archived ({archived.length})</summary>
          <ul className="plain stack tight">
            {archived.map((project) => (
              <li key={project.id}>
                <Link to="/p/$project/board" params={{ project: slugOf(project, projects ?? []) }}>
                  {project.key} · {project.name}
                </Link>{" "}
                <span className="muted small">made {ago(project.created_at)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {making === "project" && <NewProject onClose={() => setMaking(undefined)} />}
      {making === "org" && <NewOrg onClose={() => setMaking(undefined)} />}
    </div>
  );
}

function NewProject({ onClose }: { onClose: () => void }) {
  const { data: orgs } = useQuery(queries.orgs);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [key, setKey] = useState<string>();
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const shownKey = key ?? keyOf(name);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem("");
    try {
      const org = String(form.get("org") ?? orgs?.[0]?.id ?? "");
      const project = await api.post("/api/projects", { body: { org, name: name.trim(), key: shownKey, description: String(form.get("description") ?? "") } });
      await client.invalidateQueries({ queryKey: queries.projects.queryKey });
      await navigate({ to: "/p/$project/board", params: { project: project.key } });
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title="New project" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input className="input" value={name} onChange={(event) => setName(event.target.value)} maxLength={200} required autoFocus />
        </label>
        <label className="field">
          <span>Key: 2 to 10 letters and digits, as in DM-12</span>
          <input className="input mono" value={shownKey} onChange={(event) => setKey(event.target.value.toUpperCase())} pattern="[A-Z][A-Z0-9]{1,9}" minLength={2} maxLength={10} required />
        </label>
        {orgs && orgs.length > 1 && (
          <label className="field">
            <span>Organisation</span>
            <select className="input" name="org">
              {orgs.map((org) => (
                <option key={org.id} value={org.id}>
                  {org.name}
                </option>
              ))}
            </select>
          </label>
        )}
        <label className="field">
          <span>What it is about (may be left out)</span>
          <textarea className="input" name="description" />
        </label>
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <div className="actions row">
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
          <button className="button primary" disabled={busy}>
            Make project
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function NewOrg({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [problem, setProblem] = useState("");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      await api.post("/api/orgs", { body: { name: String(form.get("name")).trim() } });
      await client.invalidateQueries({ queryKey: queries.orgs.queryKey });
      onClose();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <Dialog title="New organisation" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p className="muted">An organisation has people, teams and roles, and the projects that they share.</p>
        <label className="field">
          <span>Name</span>
          <input className="input" name="name" maxLength={200} required autoFocus />
        </label>
        <FormEnd problem={problem} onClose={onClose} does="Make organisation" closes="Close" />
      </form>
    </Dialog>
  );
}
