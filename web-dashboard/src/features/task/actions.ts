/** What is done to tasks from several places, each act with its way back. */
import type { Command, Task } from "@/shared/api/types";
import { GRACE, type Session } from "@/shared/live/session";
import { toast } from "@/shared/ui/toast";

/** Does what destroys something: it shows at once and is sent after a while, until when it can be taken back whole. */
export function doWithUndo(session: Session, command: Command, words: string): void {
  const id = session.do(command, GRACE);
  toast(words, { action: { label: "Undo", run: () => void (session.takeBack(id) || toast("It has been sent already.", { bad: true })) } });
}

/** Several commands as one; what cannot be one is sent in parts of the size that the server takes. */
export function doAll(session: Session, commands: Command[]): void {
  for (let at = 0; at < commands.length; at += 500) {
    const part = commands.slice(at, at + 500);
    session.do(part.length === 1 ? part[0]! : { type: "bulk", commands: part });
  }
}

/** The fields that an update changes, as they were. */
export function inverse(task: Task, command: Extract<Command, { type: "task.update" }>): Command {
  const fields: Record<string, unknown> = {};
  for (const name of Object.keys(command.fields)) fields[name] = task[name as keyof Task] ?? null;
  return { type: "task.update", id: task.id, fields: fields as Extract<Command, { type: "task.update" }>["fields"] };
}
