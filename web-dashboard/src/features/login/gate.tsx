/** A login that has run out while somebody works: the page stays as it is, a dialog asks, and what waited goes on. */
import { useSyncExternalStore } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { onLoggedOut } from "@/shared/api/client";
import * as queries from "@/shared/queries";
import { Dialog } from "@/shared/ui/dialog";
import { LoginForm } from "./form";

let asking: { done: () => void; promise: Promise<void> } | undefined;
let armed = false;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** From now on a refused request asks for a login instead of failing. */
export function arm(): void {
  if (armed) return;
  armed = true;
  onLoggedOut(() => {
    if (!asking) {
      let done = () => {};
      const promise = new Promise<void>((resolve) => {
        done = resolve;
      });
      asking = { done, promise };
      tell();
    }
    return asking.promise;
  });
}

export function Gate() {
  const open = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asking !== undefined,
  );
  const client = useQueryClient();
  if (!open) return null;
  return (
    <Dialog title="Log in again" onClose={() => {}} firm>
      <p>Your login has ended. What you have written is still here, and goes on once you are back.</p>
      <LoginForm
        onDone={async () => {
          const before = client.getQueryData(queries.me.queryKey)?.id;
          const now = await client.fetchQuery({ ...queries.me, staleTime: 0 });
          // Somebody else's page is not theirs to go on with.
          if (before && now.id !== before) return location.assign("/");
          asking?.done();
          asking = undefined;
          tell();
        }}
      />
    </Dialog>
  );
}
