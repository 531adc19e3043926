/** Whether what is shown is live, and what waits to be sent: always visible, in words and not by colour alone. */
import { useLive } from "@/shared/live/hooks";
import type { Connection } from "@/shared/live/feed";

const WORDS: Record<Connection, { short: string; long: string; tone: string }> = {
  connecting: { short: "Connecting", long: "Connecting to the server.", tone: "" },
  live: { short: "Live", long: "Changes of others appear at once.", tone: "good" },
  stream: { short: "Live", long: "WebSocket is blocked on the way; changes come as server-sent events instead, at once all the same.", tone: "good" },
  polling: { short: "Polling", long: "Nothing live gets through; this page asks every few seconds. Changes of others appear later.", tone: "warn" },
  offline: { short: "Offline", long: "The server cannot be reached. What you change is kept in this browser and sent when it is back.", tone: "bad" },
  gone: { short: "Ended", long: "This project is no longer shared with you.", tone: "bad" },
};

export function ConnectionState() {
  const { connection, waiting } = useLive();
  const words = WORDS[connection];
  const unsent = waiting > 0 && connection !== "live" && connection !== "stream";
  return (
    <span className={`pill ${words.tone}`} role="status" title={words.long} data-connection={connection} data-waiting={waiting}>
      <i className="dot" aria-hidden="true" style={{ background: "currentColor" }} />
      {words.short}
      {unsent && ` · ${waiting} to send`}
    </span>
  );
}
