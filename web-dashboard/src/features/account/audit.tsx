/** The record of logins: what happened to ways in, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { components } from "@/shared/api/schema";
import type { Person } from "@/shared/api/types";
import { shownInstant } from "@/shared/time";
import { Failed, Skeleton } from "@/shared/ui/bits";

type Entries = components["schemas"]["Entries"];

const words = (event: string) => event.replace(/_/g, " ").replace(/^./, (letter) => letter.toUpperCase());

export function Audit({ id, read, people }: { id: string; read: (before: number | undefined) => Promise<Entries>; people?: readonly Person[] }) {
  const { data, error, fetchNextPage, hasNextPage, isFetching } = useInfiniteQuery({
    queryKey: ["audit", id],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => read(pageParam),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  if (error) return <Failed error={error} />;
  if (!data) return <Skeleton />;
  const items = data.pages.flatMap((page) => page.items);
  const name = (user: string) => people?.find((one) => one.id === user)?.name ?? user;
  const addresses = items.some((item) => item.address);
  return (
    <section className="card-box" aria-label="Record of logins">
      <header>
        <h2>Record of logins</h2>
        <span className="muted small">Each entry is chained to the one before; devmentor admin audit verify checks the chain.</span>
      </header>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Entries">
        <table className="table">
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
              {people && <th>Who</th>}
              <th>Detail</th>
              {addresses && <th>From</th>}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.seq}>
                <td className="small muted">{shownInstant(item.at)}</td>
                <td>{words(item.event)}</td>
                {people && <td>{name(item.user)}</td>}
                <td className="small break">{item.detail}</td>
                {addresses && <td className="small mono">{item.address}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {items.length === 0 && <p className="muted body">Nothing yet.</p>}
      {hasNextPage && (
        <div className="body">
          <button type="button" className="button tiny" disabled={isFetching} onClick={() => void fetchNextPage()}>
            Older
          </button>
        </div>
      )}
    </section>
  );
}
