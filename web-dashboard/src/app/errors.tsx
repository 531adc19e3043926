import { useEffect } from "react";
import { Link } from "@tanstack/react-router";
import { Unreachable } from "@/shared/api/client";
import { Empty } from "@/shared/ui/bits";

/** Milliseconds until a server that is away is asked again. */
const AGAIN = 3_000;

export function NotFound() {
  return (
    <div className="page">
      <Empty top icon="help" title="There is nothing here">
        <p>The address leads nowhere, or to something that is not shared with you.</p>
        <Link className="button" to="/">
          To the projects
        </Link>
      </Empty>
    </div>
  );
}

export function Broken({ error, reset }: { error: unknown; reset?: () => void }) {
  const away = error instanceof Unreachable;
  useEffect(() => {
    if (!away) return;
    const timer = setInterval(() => {
      fetch("/health/live", { cache: "no-store" }).then(
        (response) => response.ok && location.reload(),
        () => undefined,
      );
    }, AGAIN);
    return () => clearInterval(timer);
  }, [away]);
  return (
    <div className="page">
      <Empty top icon="help" title={away ? "The server cannot be reached" : "Something went wrong"}>
        <p>{error instanceof Error ? error.message : "Nobody said what."}</p>
        <button type="button" className="button" onClick={() => (reset ? reset() : location.reload())}>
          Try again
        </button>
      </Empty>
    </div>
  );
}
