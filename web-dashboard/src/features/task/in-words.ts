import type { Event, Task } from "@/shared/api/types";
import { PRIORITY_NAMES, TYPE_NAMES } from "@/shared/ui/names";

/** What an event changed, in words; `before` is the task as the event before left it. */
export function inWords(event: Event, before: Task | undefined, now: Task | undefined, names: { column: (id: string) => string | undefined; person: (id: string) => string | undefined }): string {
  if (event.kind === "task.create" || (!before && event.kind === "bulk" && now?.created_at === event.at)) return "made the task";
  if (event.kind.startsWith("comment.create")) return "commented";
  if (event.kind.startsWith("comment.")) return "changed a comment";
  if (event.kind.startsWith("time_entry.")) return "logged time";
  if (event.kind.startsWith("anchor.")) return "tied it to code";
  if (!now) return event.kind;
  const said: string[] = [];
  if (before) {
    if (before.column !== now.column) said.push(`moved it to ${names.column(now.column) ?? "another column"}`);
    else if (before.rank !== now.rank) said.push("moved it within its column");
    if (before.title !== now.title) said.push(`renamed it from “${before.title}”`);
    if (before.body !== now.body) said.push("changed the description");
    if (before.priority !== now.priority) said.push(`set the priority to ${PRIORITY_NAMES[now.priority].toLowerCase()}`);
    if (before.type !== now.type) said.push(`made it a ${TYPE_NAMES[now.type].toLowerCase()}`);
    if ((before.estimate ?? null) !== (now.estimate ?? null)) said.push(now.estimate == null ? "took the estimate away" : `estimated it at ${now.estimate}`);
    if ((before.due ?? null) !== (now.due ?? null)) said.push(now.due ? `set the due date to ${now.due}` : "took the due date away");
    const added = now.assignees.filter((id) => !before.assignees.includes(id)).map((id) => names.person(id) ?? "somebody");
    const gone = before.assignees.filter((id) => !now.assignees.includes(id)).map((id) => names.person(id) ?? "somebody");
    if (added.length > 0) said.push(`gave it to ${added.join(", ")}`);
    if (gone.length > 0) said.push(`took it from ${gone.join(", ")}`);
    if (String([...before.labels].sort()) !== String([...now.labels].sort())) said.push("changed the labels");
    if ((before.sprint ?? null) !== (now.sprint ?? null)) said.push(now.sprint ? "planned it into a sprint" : "put it back into the backlog");
    if ((before.epic ?? null) !== (now.epic ?? null)) said.push("changed the epic");
    if (said.length > 0) return said.join(", ");
  }
  const words: Record<string, string> = {
    "task.move": `moved it to ${names.column(now.column) ?? "another column"}`,
    "task.link": "linked it",
    "task.unlink": "unlinked it",
    "task.watch": "watches it or no longer does",
    "sprint.close": "closed its sprint",
  };
  return words[event.kind] ?? "changed it";
}
