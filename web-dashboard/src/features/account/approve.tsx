/** Letting a command line or an editor work as me: it shows a code, and asks here. */
import { type FormEvent, useEffect, useState } from "react";
import { useSearch } from "@tanstack/react-router";
import type { components } from "@/shared/api/schema";
import { api } from "@/shared/api/client";
import { ago } from "@/shared/time";

type Waiting = components["schemas"]["Waiting"];

export function Approve() {
  const search = useSearch({ strict: false }) as { user_code?: string };
  const [code, setCode] = useState(search.user_code ?? "");
  const [waiting, setWaiting] = useState<Waiting>();
  const [problem, setProblem] = useState("");
  const [done, setDone] = useState<"yes" | "no">();
  useEffect(() => {
    document.title = "Let a program in · DevMentor";
  }, []);
  const look = async (event: FormEvent) => {
    event.preventDefault();
    setProblem("");
    try {
      setWaiting(await api.post("/api/auth/device/look", { body: { user_code: code } }));
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const decide = async (approve: boolean) => {
    setProblem("");
    try {
      await api.post("/api/auth/device/decide", { body: { user_code: code, approve } });
      setDone(approve ? "yes" : "no");
    } catch (error) {
      setProblem((error as Error).message);
      setWaiting(undefined);
    }
  };
  return (
    <div className="page">
      <header>
        <h1>Let a program in</h1>
      </header>
      <section className="card-box narrow-box">
        <div className="body stack">
          {done ? (
            <p role="status">{done === "yes" ? "It is in, and goes on by itself. You can close this page." : "It was turned away."}</p>
          ) : waiting ? (
            <>
              <p>
                <strong>{waiting.client}</strong> asks to work as you. It asked {ago(waiting.created_at)}
                {waiting.address && <> from <code>{waiting.address}</code></>}.
              </p>
              <p className="muted">Say yes only if you have just started it yourself. You can end its login on your account page at any time.</p>
              <div className="row">
                <button type="button" className="button primary" onClick={() => void decide(true)}>
                  Yes, let it in
                </button>
                <button type="button" className="button" onClick={() => void decide(false)}>
                  No
                </button>
              </div>
            </>
          ) : (
            <form className="stack" onSubmit={look}>
              <p>A program, such as devmentor login, shows you a code. Go on only if you have just started it yourself.</p>
              <label className="field">
                <span>Code</span>
                <input className="input mono code-input" value={code} onChange={(event) => setCode(event.target.value.toUpperCase())} maxLength={20} autoCapitalize="characters" autoComplete="off" required autoFocus />
              </label>
              <div>
                <button className="button primary">Look who asks</button>
              </div>
            </form>
          )}
          {problem && (
            <p className="problem" role="alert">
              {problem}
            </p>
          )}
        </div>
      </section>
    </div>
  );
}
