import { useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Command, People, Role } from "@/shared/api/types";
import { api } from "@/shared/api/client";
import { fresh } from "@/shared/ids";
import * as queries from "@/shared/queries";
import { Avatar, Failed, Skeleton } from "@/shared/ui/bits";
import { Dialog } from "@/shared/ui/dialog";
import { Icon } from "@/shared/ui/icons";
import { toast } from "@/shared/ui/toast";

export const ROLES: readonly Role[] = ["owner", "admin", "maintainer", "member", "guest"];

interface Entity {
  kind: string;
  id: string;
  name?: string;
  role?: Role;
  members?: string[];
  permissions?: string[];
}

/** Everything of an organisation, sorted by kind. */
export function useOrg(org: string) {
  const query = useQuery(queries.orgAll(org));
  const all = (query.data ?? []) as unknown as Entity[];
  return {
    error: query.error,
    ready: query.data !== undefined,
    members: all.filter((one) => one.kind === "org_member"),
    teams: all.filter((one) => one.kind === "team"),
    roles: all.filter((one) => one.kind === "role"),
  };
}

/** Sends a command to an organisation, and reads it again. */
export function useOrgCommand(org: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: Command) => api.post("/api/orgs/{org}/commands", { path: { org }, body: { id: fresh("cmd"), command } }),
    onError: (error) => toast(error.message, { bad: true }),
    onSettled: () =>
      Promise.all([client.invalidateQueries({ queryKey: ["org", org] }), client.invalidateQueries({ queryKey: ["org-people", org] })]),
  });
}

export function Members({ org, access }: { org: string; access: People }) {
  const { members, roles, teams, ready, error } = useOrg(org);
  const command = useOrgCommand(org);
  const { data: me } = useQuery(queries.me);
  const may = access.permissions.includes("org:members");
  const [removing, setRemoving] = useState<Entity>();
  const person = (id: string) => access.people.find((one) => one.id === id);
  if (error) return <Failed error={error} />;
  if (!ready) return <Skeleton />;
  const custom = roles.map((role) => ({ value: role.id, name: role.name ?? role.id }));
  return (
    <>
      <section className="card-box" aria-label="People">
        <header>
          <h2>People</h2>
          <span className="pill">{members.length}</span>
        </header>
        <ul className="plain">
          {members.map((member) => {
            const who = person(member.id);
            const name = who?.name ?? member.id;
            return (
              <li key={member.id} className="row setting-line">
                <Avatar id={member.id} person={who} large />
                <span className="grow clip">
                  <strong>{name}</strong> <span className="muted">{who && `@${who.handle}`}</span>
                  {who?.service && <span className="pill">service account</span>}
                </span>
                <select
                  className="input role-select"
                  aria-label={`Role of ${name}`}
                  value={member.role}
                  disabled={!may || (member.role === "owner" && !access.permissions.includes("org:own"))}
                  onChange={(event) => command.mutate({ type: "org_member.set", user: member.id, role: event.target.value as Role })}
                >
                  {ROLES.map((role) => (
                    <option key={role} value={role} disabled={role === "owner" && !access.permissions.includes("org:own")}>
                      {role}
                    </option>
                  ))}
                  {custom.map((role) => (
                    <option key={role.value} value={role.value}>
                      {role.name}
                    </option>
                  ))}
                </select>
                {may && member.id !== me?.id && (
                  <button type="button" className="icon-button" aria-label={`Remove ${name}`} onClick={() => setRemoving(member)}>
                    <Icon name="trash" />
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      </section>
      <Teams org={org} teams={teams} members={members} access={access} />
      {removing && (
        <Dialog title={`Remove ${person(removing.id)?.name ?? "this person"}`} onClose={() => setRemoving(undefined)}>
          <p>Their place in the organisation, in its teams and projects ends. What they wrote stays.</p>
          <div className="actions row">
            <button type="button" className="button" onClick={() => setRemoving(undefined)}>
              Cancel
            </button>
            <button
              type="button"
              className="button danger"
              onClick={() => {
                const { id, role } = removing;
                setRemoving(undefined);
                command.mutate(
                  { type: "org_member.remove", user: id },
                  { onSuccess: () => toast("Removed.", { action: { label: "Undo", run: () => command.mutate({ type: "org_member.set", user: id, role: role ?? "member" }) } }) },
                );
              }}
            >
              Remove
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Teams({ org, teams, members, access }: { org: string; teams: Entity[]; members: Entity[]; access: People }) {
  const command = useOrgCommand(org);
  const may = access.permissions.includes("org:members");
  const [editing, setEditing] = useState<Entity | "new">();
  const name = (id: string) => access.people.find((one) => one.id === id)?.name ?? id;
  if (teams.length === 0 && !may) return null;
  const edited = editing === "new" ? undefined : editing;
  return (
    <section className="card-box" aria-label="Teams">
      <header>
        <h2>Teams</h2>
        <span className="muted small grow">A project shared with a team is shared with all of them.</span>
        {may && (
          <button type="button" className="button tiny" onClick={() => setEditing("new")}>
            <Icon name="plus" /> Team
          </button>
        )}
      </header>
      <ul className="plain">
        {teams.map((team) => (
          <li key={team.id} className="row setting-line">
            <strong className="clip">{team.name}</strong>
            <span className="avatars grow">
              {team.members?.slice(0, 8).map((id) => (
                <Avatar key={id} id={id} person={access.people.find((one) => one.id === id)} />
              ))}
            </span>
            {may && (
              <>
                <button type="button" className="icon-button" aria-label={`Change ${team.name}`} onClick={() => setEditing(team)}>
                  <Icon name="edit" />
                </button>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Delete ${team.name}`}
                  onClick={() =>
                    command.mutate(
                      { type: "team.delete", id: team.id },
                      {
                        onSuccess: () =>
                          toast(`Team ${team.name} deleted.`, {
                            action: { label: "Undo", run: () => command.mutate({ type: "team.set", id: team.id, name: team.name ?? "", members: team.members ?? [] }) },
                          }),
                      },
                    )
                  }
                >
                  <Icon name="trash" />
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
      {editing && (
        <Dialog title={edited ? `Change ${edited.name}` : "New team"} onClose={() => setEditing(undefined)}>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              const form = new FormData(event.currentTarget);
              command.mutate({ type: "team.set", id: edited?.id ?? fresh("team"), name: String(form.get("name")).trim(), members: form.getAll("member").map(String) });
              setEditing(undefined);
            }}
          >
            <label className="field">
              <span>Name</span>
              <input className="input" name="name" defaultValue={edited?.name} maxLength={200} required autoFocus />
            </label>
            <fieldset className="stack tight plain-fieldset">
              <legend className="legend">Who is in it</legend>
              {members.map((member) => (
                <label key={member.id} className="check">
                  <input type="checkbox" name="member" value={member.id} defaultChecked={edited?.members?.includes(member.id) ?? false} /> {name(member.id)}
                </label>
              ))}
            </fieldset>
            <div className="actions row">
              <button type="button" className="button" onClick={() => setEditing(undefined)}>
                Cancel
              </button>
              <button className="button primary">{edited ? "Save" : "Make team"}</button>
            </div>
          </form>
        </Dialog>
      )}
    </section>
  );
}
