/** Taking an invitation with the account that I have. */
import { type FormEvent, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "@/shared/api/client";
import { toast } from "@/shared/ui/toast";

export function Join() {
  const search = useSearch({ strict: false }) as { invitation?: string };
  const [text, setText] = useState(search.invitation ?? "");
  const [problem, setProblem] = useState("");
  const client = useQueryClient();
  const navigate = useNavigate();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem("");
    try {
      const joined = await api.post("/api/me/invitations", { body: { invitation: text.trim() } });
      toast(`You are in ${joined.name} now.`);
      await client.invalidateQueries();
      await navigate({ to: "/" });
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <div className="page">
      <header>
        <h1>Take an invitation</h1>
      </header>
      <section className="card-box narrow-box">
        <form className="body stack" onSubmit={submit}>
          <label className="field">
            <span>The invitation</span>
            <input className="input mono" value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" required autoFocus />
          </label>
          {problem && (
            <p className="problem" role="alert">
              {problem}
            </p>
          )}
          <div>
            <button className="button primary">Join</button>
          </div>
        </form>
      </section>
    </div>
  );
}
