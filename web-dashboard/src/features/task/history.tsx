/** What happened to a task. Events are read from the newest backwards, a stretch at a time, for that is what costs. */
import { useMemo, useState } from "react";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { Column, Event, Person, Task } from "@/shared/api/types";
import { api } from "@/shared/api/client";
import { useProject } from "@/shared/live/hooks";
import { ago, shownInstant } from "@/shared/time";
import { Avatar, Failed, Skeleton } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { inWords } from "./in-words";

const STRETCH = 1_000;

type Put = { op: "put"; entity: { kind: string; id: string } & Record<string, unknown> };

async function stretch(project: string, from: number, to: number): Promise<Event[]> {
  const events: Event[] = [];
  for (let after = from; after < to; ) {
    const page = await api.get("/api/projects/{project}/events", { path: { project }, query: { after, limit: 500 } });
    if (page.events.length === 0) break;
    events.push(...page.events.filter((event) => event.seq <= to));
    after = page.events.at(-1)!.seq;
  }
  return events;
}

function about(event: Event, task: string): (Task | { kind: string; id: string })[] {
  const changes = event.changes as unknown as (Put | { op: "remove"; kind: string; id: string })[];
  return changes.flatMap((change): (Task | { kind: string; id: string })[] => {
    if (change.op !== "put") return change.id === task ? [change] : [];
    const { entity } = change;
    return entity.id === task || entity.task === task ? [entity as unknown as Task] : [];
  });
}

export function History({ task }: { task: Task }) {
  const [open, setOpen] = useState(false);
  return (
    <section className="stack tight" aria-label="History">
      <button type="button" className="button quiet tiny start" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} /> History
      </button>
      {open && <Events task={task} />}
    </section>
  );
}

function Events({ task }: { task: Task }) {
  const { session, project, people } = useProject();
  const { data, error, fetchNextPage, hasNextPage, isFetching } = useInfiniteQuery({
    queryKey: ["history", project.id, task.id, task.updated_at],
    initialPageParam: session.store.seq,
    queryFn: async ({ pageParam: to }) => {
      const from = Math.max(0, to - STRETCH);
      return { from, events: (await stretch(project.id, from, to)).filter((event) => about(event, task.id).length > 0) };
    },
    getNextPageParam: (last) => (last.from > 0 ? last.from : undefined),
  });
  const lines = useMemo(() => {
    const events = (data?.pages ?? []).flatMap((page) => page.events).sort((a, b) => a.seq - b.seq);
    let before: Task | undefined;
    const said = events.map((event) => {
      const now = about(event, task.id).find((one) => one.id === task.id) as Task | undefined;
      const line = {
        event,
        words: inWords(event, before, now, {
          column: (id) => (session.store.get("column", id) as Column | undefined)?.name,
          person: (id) => (people.get(id) as Person | undefined)?.name,
        }),
      };
      before = now ?? before;
      return line;
    });
    return said.reverse();
  }, [data, task.id, session, people]);
  if (error) return <Failed error={error} />;
  if (!data) return <Skeleton lines={3} />;
  return (
    <>
      <ol className="plain history">
        {lines.map(({ event, words }) => (
          <li key={event.seq} className="row">
            <Avatar id={event.actor} person={people.get(event.actor)} />
            <span className="grow small break">
              <strong>{people.get(event.actor)?.name ?? "Somebody who left"}</strong> {words}
            </span>
            <time className="muted small" dateTime={event.at} title={shownInstant(event.at)}>
              {ago(event.at)}
            </time>
          </li>
        ))}
      </ol>
      {hasNextPage && (
        <button type="button" className="button tiny start" disabled={isFetching} onClick={() => void fetchNextPage()}>
          Look further back
        </button>
      )}
    </>
  );
}
