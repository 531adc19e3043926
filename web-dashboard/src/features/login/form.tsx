import { type FormEvent, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/shared/api/client";
import * as queries from "@/shared/queries";

interface Props {
  onDone: () => void | Promise<void>;
}

export function LoginForm({ onDone }: Props) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem("");
    try {
      await api.post("/api/auth/browser/login", { body: { name: String(form.get("name")), password: String(form.get("password")) } });
      await onDone();
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={submit}>
      <label className="field">
        <span>Name or mail address</span>
        <input className="input" name="name" autoComplete="username" autoCapitalize="none" required autoFocus />
      </label>
      <label className="field">
        <span>Password</span>
        <input className="input" name="password" type="password" autoComplete="current-password" required />
      </label>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <button className="button primary" disabled={busy}>
        {busy ? "Logging in …" : "Log in"}
      </button>
      <Providers />
    </form>
  );
}

/** Buttons for the accounts elsewhere that open one here. */
export function Providers({ invitation }: { invitation?: string }) {
  const { data } = useQuery(queries.providers);
  if (!data || data.length === 0) return null;
  const back = `${location.pathname}${location.search}`;
  return (
    <div className="stack">
      {data.map((provider) => {
        const query = new URLSearchParams({ return_to: back, ...(invitation ? { invitation } : {}) });
        return (
          <a key={provider.id} className="button" href={`/api/auth/providers/${encodeURIComponent(provider.id)}/start?${query}`}>
            Log in with {provider.name}
          </a>
        );
      })}
    </div>
  );
}
