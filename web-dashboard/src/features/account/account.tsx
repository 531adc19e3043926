/** My account: where I am logged in, my tokens, my password, and what happened to them. */
import { type FormEvent, useEffect, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Permission } from "@/shared/api/types";
import { api } from "@/shared/api/client";
import * as queries from "@/shared/queries";
import { ago, shownInstant } from "@/shared/time";
import { Avatar, Failed, Skeleton } from "@/shared/ui/bits";
import { Dialog, FormEnd } from "@/shared/ui/dialog";
import { Icon } from "@/shared/ui/icons";
import { Secret } from "@/shared/ui/secret";
import { toast } from "@/shared/ui/toast";
import { PERMISSIONS } from "@/features/org/permissions";
import { Audit } from "./audit";

export function Account() {
  const { data: me } = useQuery(queries.me);
  useEffect(() => {
    document.title = "My account · DevMentor";
  }, []);
  if (!me) return <div className="page"><Skeleton /></div>;
  return (
    <div className="page">
      <header>
        <h1>{me.solo ? "This server" : "My account"}</h1>
      </header>
      <section className="card-box" aria-label="Who I am">
        <div className="body row">
          <Avatar id={me.id} large person={{ id: me.id, handle: me.handle, name: me.name, service: false, member: true }} />
          <div className="grow">
            <strong>{me.name}</strong>
            <div className="muted">
              @{me.handle}
              {me.email && ` · ${me.email}`}
            </div>
          </div>
        </div>
      </section>
      {me.solo ? (
        <p className="note">
          This server runs for you alone and answers only programs on this machine, so nobody logs in. Start it with <code>--registration closed</code> to
          work with others.
        </p>
      ) : (
        <>
          <Logins />
          <Tokens />
          <Password />
          <Identities />
          <Audit id="me" read={(before) => api.get("/api/me/audit", { query: { limit: 50, ...(before ? { before } : {}) } })} />
        </>
      )}
    </div>
  );
}

function Logins() {
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: ["logins"], queryFn: () => api.get("/api/me/logins") });
  const end = useMutation({
    mutationFn: (login: string) => api.delete("/api/me/logins/{login}", { path: { login } }),
    onSuccess: () => toast("That login has ended."),
    onError: (error) => toast(error.message, { bad: true }),
    onSettled: () => client.invalidateQueries({ queryKey: ["logins"] }),
  });
  return (
    <section className="card-box" aria-label="Logins">
      <header>
        <h2>Where I am logged in</h2>
      </header>
      {error && <Failed error={error} />}
      {!data && !error && <Skeleton />}
      <ul className="plain">
        {data?.map((login) => (
          <li key={login.id} className="row setting-line">
            <Icon name="device" />
            <span className="grow">
              <span className="clip block" title={login.client}>
                {login.client}
              </span>
              <span className="muted small">
                since {shownInstant(login.created_at)}, last used {ago(login.refreshed_at)}
              </span>
            </span>
            {login.current ? (
              <span className="pill good">this one</span>
            ) : (
              <button type="button" className="button tiny" onClick={() => end.mutate(login.id)}>
                End
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tokens() {
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: ["tokens"], queryFn: () => api.get("/api/me/tokens") });
  const [making, setMaking] = useState(false);
  const remove = useMutation({
    mutationFn: (token: string) => api.delete("/api/me/tokens/{token}", { path: { token } }),
    onSuccess: () => toast("The token works no more."),
    onError: (error) => toast(error.message, { bad: true }),
    onSettled: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  return (
    <section className="card-box" aria-label="API tokens">
      <header>
        <h2>API tokens</h2>
        <span className="muted small grow">For scripts and machines. What a token allows never goes beyond what I may do.</span>
        <button type="button" className="button tiny" onClick={() => setMaking(true)}>
          <Icon name="plus" /> Token
        </button>
      </header>
      {error && <Failed error={error} />}
      {data?.length === 0 && <p className="muted body">None.</p>}
      <ul className="plain">
        {data?.map((token) => (
          <li key={token.id} className="row setting-line wrap">
            <Icon name="key" />
            <span className="grow">
              <strong className="break">{token.name}</strong>
              <span className="muted small block">{token.scopes.join(", ")}</span>
            </span>
            <span className="muted small">until {shownInstant(token.expires_at)}</span>
            <button type="button" className="button tiny" onClick={() => remove.mutate(token.id)}>
              Remove
            </button>
          </li>
        ))}
      </ul>
      {making && <NewToken onClose={() => setMaking(false)} onMade={() => client.invalidateQueries({ queryKey: ["tokens"] })} />}
    </section>
  );
}

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const [made, setMade] = useState<string>();
  const [problem, setProblem] = useState("");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setProblem("");
    try {
      const body = { name: String(form.get("name")).trim(), days: Number(form.get("days")), scopes: form.getAll("scope") as Permission[] };
      setMade((await api.post("/api/me/tokens", { body })).token);
      onMade();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  if (made) {
    return (
      <Dialog title="The token" onClose={onClose} firm>
        <p>Copy it now: it is shown this once.</p>
        <Secret text={made} label="Token" />
        <div className="actions row">
          <button type="button" className="button primary" onClick={onClose}>
            Done
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="New API token" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <div className="row">
          <label className="field grow">
            <span>What it is for</span>
            <input className="input" name="name" maxLength={200} required autoFocus />
          </label>
          <label className="field">
            <span>Days, 1 to 366</span>
            <input className="input" name="days" type="number" min={1} max={366} defaultValue={90} required />
          </label>
        </div>
        <fieldset className="stack tight plain-fieldset">
          <legend className="legend">What it allows</legend>
          {PERMISSIONS.map((one) => (
            <label key={one.id} className="check">
              <input type="checkbox" name="scope" value={one.id} defaultChecked={one.id === "project:read"} /> {one.words}
            </label>
          ))}
        </fieldset>
        <FormEnd problem={problem} onClose={onClose} does="Make token" />
      </form>
    </Dialog>
  );
}

function Password() {
  const [problem, setProblem] = useState("");
  const client = useQueryClient();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    setProblem("");
    try {
      await api.post("/api/auth/browser/password", { body: { current: String(form.get("current")), new: String(form.get("new")) } });
      element.reset();
      toast("The password is changed, and every other login has ended.");
      await client.invalidateQueries({ queryKey: ["logins"] });
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <section className="card-box" aria-label="Password">
      <header>
        <h2>Password</h2>
      </header>
      <form className="body row wrap end" onSubmit={submit}>
        <label className="field grow">
          <span>Until now</span>
          <input className="input" name="current" type="password" autoComplete="current-password" />
        </label>
        <label className="field grow">
          <span>New, 10 characters or more</span>
          <input className="input" name="new" type="password" autoComplete="new-password" minLength={10} maxLength={1000} required />
        </label>
        <button className="button">Change</button>
        {problem && (
          <p className="problem grow" role="alert">
            {problem}
          </p>
        )}
      </form>
    </section>
  );
}

function Identities() {
  const client = useQueryClient();
  const { data: providers } = useQuery(queries.providers);
  const { data } = useQuery({ queryKey: ["identities"], queryFn: () => api.get("/api/me/identities") });
  const unlink = useMutation({
    mutationFn: (identity: string) => api.delete("/api/me/identities/{identity}", { path: { identity } }),
    onError: (error) => toast(error.message, { bad: true }),
    onSettled: () => client.invalidateQueries({ queryKey: ["identities"] }),
  });
  const link = useMutation({
    mutationFn: (provider: string) => api.post("/api/me/identities", { body: { provider, return_to: "/me" } }),
    onSuccess: ({ url }) => location.assign(url),
    onError: (error) => toast(error.message, { bad: true }),
  });
  if (!providers || providers.length === 0) return null;
  return (
    <section className="card-box" aria-label="Other ways in">
      <header>
        <h2>Other ways in</h2>
      </header>
      <ul className="plain">
        {data?.map((one) => (
          <li key={one.id} className="row setting-line">
            <span className="grow">
              <strong>{one.provider}</strong> <span className="muted">{one.label}</span>
            </span>
            <button type="button" className="button tiny" onClick={() => unlink.mutate(one.id)}>
              Unlink
            </button>
          </li>
        ))}
      </ul>
      <div className="body row wrap">
        {providers.map((provider) => (
          <button key={provider.id} type="button" className="button" onClick={() => link.mutate(provider.id)}>
            <Icon name="link" /> Link {provider.name}
          </button>
        ))}
      </div>
    </section>
  );
}
