/** Time that people have spent on a task. */
import { type FormEvent, useState } from "react";
import type { Task } from "@/shared/api/types";
import { fresh } from "@/shared/ids";
import { useMay, useOf, useProject } from "@/shared/live/hooks";
import { readMinutes, shownDay, shownMinutes, today } from "@/shared/time";
import { Avatar } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { doWithUndo } from "./actions";

export function TimeSpent({ task }: { task: Task }) {
  const { session, people } = useProject();
  const entries = useOf("time_entry", task.id);
  const may = useMay("task:write");
  const moderate = useMay("project:moderate");
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [note, setNote] = useState("");
  const [day, setDay] = useState(today());
  const minutes = readMinutes(text);
  const total = entries.reduce((sum, entry) => sum + entry.minutes, 0);
  if (entries.length === 0 && !may) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!minutes || minutes > 10_080) return;
    session.do({ type: "time_entry.create", id: fresh("time"), task: task.id, fields: { minutes, day, note: note.trim() } });
    setText("");
    setNote("");
    setOpen(false);
  };
  return (
    <section className="stack tight" aria-label="Time">
      {(entries.length > 0 || open) && (
        <h3>
          Time {total > 0 && <span className="muted">{shownMinutes(total)}</span>}
        </h3>
      )}
      {entries.length > 0 && (
        <ul className="plain">
          {entries.map((entry) => (
            <li key={entry.id} className="row task-line">
              <Avatar id={entry.user} person={people.get(entry.user)} />
              <span className="mono small">{shownMinutes(entry.minutes)}</span>
              <span className="muted small">{entry.day && shownDay(entry.day)}</span>
              <span className="grow clip small">{entry.note}</span>
              {((entry.user === session.me && may) || moderate) && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Delete ${shownMinutes(entry.minutes)}`}
                  onClick={() => doWithUndo(session, { type: "time_entry.delete", id: entry.id }, `${shownMinutes(entry.minutes)} deleted.`)}
                >
                  <Icon name="close" />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {open ? (
        <form className="row wrap" onSubmit={submit}>
          <input className="input time-input" aria-label="How long" placeholder="1h 30m" value={text} autoFocus aria-invalid={text !== "" && !minutes} onChange={(event) => setText(event.target.value)} />
          <input className="input time-input" type="date" aria-label="Day" value={day} max={today()} required onChange={(event) => setDay(event.target.value)} />
          <input className="input grow" aria-label="What was done" placeholder="What was done (may be left out)" maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
          <button className="button tiny" disabled={!minutes || minutes > 10_080}>
            Log
          </button>
          {text !== "" && (!minutes || minutes > 10_080) && (
            <span className="small late" role="alert">
              Such as 90, 1:30 or 1h 30m; a week at most.
            </span>
          )}
        </form>
      ) : (
        may && (
          <button type="button" className="button quiet tiny start" onClick={() => setOpen(true)}>
            <Icon name="clock" /> Log time
          </button>
        )
      )}
    </section>
  );
}
