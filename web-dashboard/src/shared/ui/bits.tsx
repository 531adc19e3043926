/** Small things that many pages show. */
import type { ReactNode } from "react";
import type { Label, Person, Priority, TaskType } from "@/shared/api/types";
import { Icon, type IconName } from "./icons";
import { PRIORITY_NAMES, TYPE_NAMES } from "./names";

export { PRIORITY_NAMES, TYPE_NAMES };

const HUES = ["#6d28d9", "#0f766e", "#b45309", "#be185d", "#1d4ed8", "#4d7c0f", "#a21caf", "#0e7490", "#9f1239", "#3f6212"];

function hue(id: string): string {
  let sum = 0;
  for (let at = 0; at < id.length; at++) sum = (sum * 31 + id.charCodeAt(at)) >>> 0;
  return HUES[sum % HUES.length]!;
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!].map((word) => [...word][0] ?? "") : [...(words[0] ?? "")].slice(0, 2);
  return letters.join("").toUpperCase() || "?";
}

export function Avatar({ person, id, large }: { person: Person | undefined; id: string; large?: boolean }) {
  const name = person?.name ?? "Somebody who left";
  return (
    <span className={`avatar ${large ? "large" : ""}`} style={{ background: hue(id) }} role="img" aria-label={name} title={name}>
      {initials(name)}
    </span>
  );
}

export function LabelChip({ label }: { label: Label }) {
  return (
    <span className="label">
      <i className="dot" style={{ background: label.color }} />
      <span title={label.name}>{label.name}</span>
    </span>
  );
}

const BARS: Record<Priority, number> = { none: 0, low: 1, medium: 2, high: 3, urgent: 3 };

export function PriorityMark({ priority }: { priority: Priority }) {
  const on = BARS[priority];
  return (
    <span className={`priority ${priority}`} role="img" aria-label={PRIORITY_NAMES[priority]} title={PRIORITY_NAMES[priority]}>
      {[0, 1, 2].map((bar) => (
        <i key={bar} data-on={bar < on} />
      ))}
    </span>
  );
}


export function TypeMark({ type }: { type: TaskType }) {
  return (
    <span className={`type ${type}`} role="img" aria-label={TYPE_NAMES[type]} title={TYPE_NAMES[type]}>
      <Icon name={type as IconName} />
    </span>
  );
}

/** What stands where there is nothing; `top` when it is all that the page has. */
export function Empty({ icon, title, children, top }: { icon: IconName; title: string; children: ReactNode; top?: boolean }) {
  const Head = top ? "h1" : "h2";
  return (
    <div className="empty">
      <Icon name={icon} />
      <Head>{title}</Head>
      {children}
    </div>
  );
}

export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div className="stack" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="skeleton" style={{ height: 22, width: `${92 - ((line * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

export function Failed({ error }: { error: unknown }) {
  return (
    <p className="problem" role="alert">
      {error instanceof Error ? error.message : "Something went wrong."}
    </p>
  );
}
