import { type FormEvent, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { People, Role } from "@/shared/api/types";
import { api } from "@/shared/api/client";
import { shownInstant } from "@/shared/time";
import { Failed, Skeleton } from "@/shared/ui/bits";
import { Dialog, FormEnd } from "@/shared/ui/dialog";
import { Icon } from "@/shared/ui/icons";
import { Secret } from "@/shared/ui/secret";
import { toast } from "@/shared/ui/toast";
import { ROLES, useOrg } from "./members";

export function Invitations({ org, access }: { org: string; access: People }) {
  const key = ["invitations", org];
  const { data, error } = useQuery({ queryKey: key, queryFn: () => api.get("/api/orgs/{org}/invitations", { path: { org } }) });
  const { roles } = useOrg(org);
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const withdraw = useMutation({
    mutationFn: (invitation: string) => api.delete("/api/orgs/{org}/invitations/{invitation}", { path: { org, invitation } }),
    onSuccess: () => toast("Withdrawn."),
    onError: (error) => toast(error.message, { bad: true }),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  if (error) return <Failed error={error} />;
  if (!data) return <Skeleton />;
  const name = (id: string) => access.people.find((one) => one.id === id)?.name ?? id;
  return (
    <section className="card-box" aria-label="Invitations">
      <header>
        <h2>Invitations</h2>
        <span className="muted small grow">Each is good for one person, for as long as its maker may invite.</span>
        <button type="button" className="button primary tiny" onClick={() => setMaking(true)}>
          <Icon name="mail" /> Invite
        </button>
      </header>
      {data.length === 0 ? (
        <p className="muted body">Nobody is invited at the moment.</p>
      ) : (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Invitations that wait">
          <table className="table">
            <thead>
              <tr>
                <th>For</th>
                <th>Role</th>
                <th>By</th>
                <th>Until</th>
                <th>
                  <span className="sr">Withdraw</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.map((one) => (
                <tr key={one.id}>
                  <td>{one.email ?? "whoever has it"}</td>
                  <td>{roles.find((role) => role.id === one.role)?.name ?? one.role}</td>
                  <td>{name(one.created_by)}</td>
                  <td className="muted small">{shownInstant(one.expires_at)}</td>
                  <td className="right">
                    <button type="button" className="button tiny" onClick={() => withdraw.mutate(one.id)}>
                      Withdraw
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {making && <Invite org={org} custom={roles.map((role) => ({ id: role.id, name: role.name ?? role.id }))} onClose={() => setMaking(false)} onMade={() => client.invalidateQueries({ queryKey: key })} />}
    </section>
  );
}

function Invite({ org, custom, onClose, onMade }: { org: string; custom: { id: string; name: string }[]; onClose: () => void; onMade: () => void }) {
  const [made, setMade] = useState<string>();
  const [problem, setProblem] = useState("");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setProblem("");
    try {
      const email = String(form.get("email")).trim();
      const answer = await api.post("/api/orgs/{org}/invitations", {
        path: { org },
        body: { role: String(form.get("role")) as Role, days: Number(form.get("days")), email: email || null },
      });
      setMade(answer.invitation);
      onMade();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  if (made) {
    return (
      <Dialog title="The invitation" onClose={onClose} firm>
        <p>Give this address to whom you invite. It is shown this once.</p>
        <Secret text={`${location.origin}/register?invitation=${encodeURIComponent(made)}`} label="Address of the invitation" />
        <p className="muted small">
          Who has an account already opens {location.origin}/join and enters <code className="break">{made}</code>.
        </p>
        <div className="actions row">
          <button type="button" className="button primary" onClick={onClose}>
            Done
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="Invite somebody" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Mail address (left out: good for whoever has the text)</span>
          <input className="input" name="email" type="email" autoFocus />
        </label>
        <div className="row">
          <label className="field grow">
            <span>Role</span>
            <select className="input" name="role" defaultValue="member">
              {ROLES.filter((role) => role !== "owner").map((role) => (
                <option key={role}>{role}</option>
              ))}
              {custom.map((role) => (
                <option key={role.id} value={role.id}>
                  {role.name}
                </option>
              ))}
            </select>
          </label>
          <label className="field grow">
            <span>Good for, in days</span>
            <input className="input" name="days" type="number" min={1} max={90} defaultValue={7} required />
          </label>
        </div>
        <FormEnd problem={problem} onClose={onClose} does="Make invitation" />
      </form>
    </Dialog>
  );
}
