import { Link } from "@tanstack/react-router";
import { Unreachable } from "@/shared/api/client";
import { Empty } from "@/shared/ui/bits";

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
