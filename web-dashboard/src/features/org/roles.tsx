/** What each role allows, as a matrix; roles of one's own are changed in it. */
import { useState } from "react";
import type { People, Permission } from "@/shared/api/types";
import { fresh } from "@/shared/ids";
import { Failed, Skeleton } from "@/shared/ui/bits";
import { Dialog } from "@/shared/ui/dialog";
import { Icon } from "@/shared/ui/icons";
import { useOrg, useOrgCommand } from "./members";
import { BUILT_IN, PERMISSIONS } from "./permissions";

export function Roles({ org, access }: { org: string; access: People }) {
  const { roles, ready, error } = useOrg(org);
  const command = useOrgCommand(org);
  const may = access.permissions.includes("org:admin");
  const [making, setMaking] = useState(false);
  if (error) return <Failed error={error} />;
  if (!ready) return <Skeleton />;
  const toggle = (id: string, now: readonly string[], permission: Permission) => {
    const permissions = now.includes(permission) ? now.filter((one) => one !== permission) : [...now, permission];
    command.mutate({ type: "role.update", id, fields: { permissions: permissions as Permission[] } });
  };
  return (
    <section className="card-box" aria-label="Roles">
      <header>
        <h2>Roles</h2>
        <span className="muted small grow">A role counts in all projects of the organisation; guests see what is shared with them.</span>
        {may && (
          <button type="button" className="button tiny" onClick={() => setMaking(true)}>
            <Icon name="plus" /> Role
          </button>
        )}
      </header>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="What each role allows">
        <table className="table matrix">
          <thead>
            <tr>
              <th scope="col">Permission</th>
              {BUILT_IN.map((one) => (
                <th key={one.role} scope="col">
                  {one.role}
                </th>
              ))}
              {roles.map((role) => (
                <th key={role.id} scope="col">
                  {role.name}
                  {may && (
                    <button type="button" className="icon-button" aria-label={`Delete the role ${role.name}`} onClick={() => command.mutate({ type: "role.delete", id: role.id })}>
                      <Icon name="close" />
                    </button>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {PERMISSIONS.map((permission) => (
              <tr key={permission.id}>
                <th scope="row">
                  <span title={permission.id}>{permission.words}</span>
                </th>
                {BUILT_IN.map((one) => (
                  <td key={one.role}>
                    {one.permissions.includes(permission.id) ? <span role="img" aria-label="yes"><Icon name="check" /></span> : <span className="sr">no</span>}
                  </td>
                ))}
                {roles.map((role) => (
                  <td key={role.id}>
                    <input
                      type="checkbox"
                      aria-label={`${role.name}: ${permission.words}`}
                      checked={role.permissions?.includes(permission.id) ?? false}
                      // Nobody hands out what they may not do themselves.
                      disabled={!may || command.isPending || !access.permissions.includes(permission.id)}
                      onChange={() => toggle(role.id, role.permissions ?? [], permission.id)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {making && (
        <Dialog title="New role" onClose={() => setMaking(false)}>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              const name = String(new FormData(event.currentTarget).get("name")).trim();
              command.mutate({ type: "role.set", id: fresh("role"), name, permissions: ["project:read", "org:read"] });
              setMaking(false);
            }}
          >
            <label className="field">
              <span>Name</span>
              <input className="input" name="name" maxLength={200} required autoFocus />
            </label>
            <p className="muted small">It begins with reading; the matrix adds what else it allows.</p>
            <div className="actions row">
              <button type="button" className="button" onClick={() => setMaking(false)}>
                Cancel
              </button>
              <button className="button primary">Make role</button>
            </div>
          </form>
        </Dialog>
      )}
    </section>
  );
}
