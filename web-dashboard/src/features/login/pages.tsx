/** The pages for who is not in yet: logging in, making an account, and taking an invitation. */
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "@/shared/api/client";
import { LoginForm, Providers } from "./form";

function Frame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="outside">
      <div className="outside-box">
        <div className="row brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <strong>DevMentor</strong>
        </div>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}

/** A path of this server, and nothing else. */
function safe(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

export function LoginPage() {
  const search = useSearch({ strict: false }) as { next?: string };
  const client = useQueryClient();
  const [problem, setProblem] = useState("");
  const enter = async () => {
    await client.invalidateQueries();
    location.replace(safe(search.next));
  };
  useEffect(() => {
    // Back from a provider; what stands behind # has reached no server.
    const ticket = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
    if (!ticket) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    api.post("/api/auth/browser/finish", { body: { login: ticket } }).then(enter, (error: Error) => setProblem(error.message));
  }, []);
  return (
    <Frame title="Log in">
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <LoginForm onDone={enter} />
      <p className="muted small">
        No account yet? <Link to="/register">Make one</Link> where this server allows it, or with an invitation.
      </p>
    </Frame>
  );
}

export function RegisterPage() {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { invitation?: string };
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [invitation, setInvitation] = useState(search.invitation ?? "");
  const client = useQueryClient();
  const look = useQuery({
    queryKey: ["invitation", invitation],
    queryFn: () => api.post("/api/auth/invitations/look", { body: { invitation } }),
    enabled: invitation.length > 10,
    retry: false,
  });
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    setBusy(true);
    setProblem("");
    try {
      await api.post("/api/auth/browser/register", {
        body: {
          handle: text("handle"),
          name: text("name") || text("handle"),
          email: text("email") || null,
          password: String(form.get("password")),
          invitation: invitation || null,
        },
      });
      await client.invalidateQueries();
      await navigate({ to: "/" });
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Frame title="Make an account">
      {look.data && (
        <p className="note">
          You are invited to <strong>{look.data.name}</strong>.
        </p>
      )}
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Name after @</span>
          <input className="input" name="handle" autoComplete="username" autoCapitalize="none" minLength={2} maxLength={40} required autoFocus />
        </label>
        <label className="field">
          <span>Name that others see</span>
          <input className="input" name="name" autoComplete="name" maxLength={200} />
        </label>
        <label className="field">
          <span>Mail address (may be left out)</span>
          <input className="input" name="email" type="email" autoComplete="email" maxLength={254} />
        </label>
        <label className="field">
          <span>Password, 10 characters or more</span>
          <input className="input" name="password" type="password" autoComplete="new-password" minLength={10} maxLength={1000} required />
        </label>
        <label className="field">
          <span>Invitation (where one is needed)</span>
          <input className="input" value={invitation} onChange={(event) => setInvitation(event.target.value.trim())} autoComplete="off" />
        </label>
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <button className="button primary" disabled={busy}>
          {busy ? "One moment …" : "Make account"}
        </button>
        <Providers {...(invitation ? { invitation } : {})} />
      </form>
      <p className="muted small">
        There is one already? <Link to="/login">Log in</Link>
      </p>
    </Frame>
  );
}
