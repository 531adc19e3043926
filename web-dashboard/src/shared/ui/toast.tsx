/** Short words in a corner: what was done and can be taken back, and what was refused and why. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { Icon } from "./icons";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  action?: { label: string; run: () => void };
}

const SHOWN = 7_500;
let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

/** Shows it, and takes it away by itself; bad news stays until it is read. */
export function toast(text: string, options: { bad?: boolean; action?: { label: string; run: () => void }; stays?: boolean } = {}): void {
  const id = ++last;
  const one: Toast = { id, text, bad: options.bad ?? false, ...(options.action ? { action: options.action } : {}) };
  set([...toasts.slice(-3), one]);
  if (!options.stays) setTimeout(() => dismiss(id), options.bad ? SHOWN * 2 : SHOWN);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Above dialogs that were opened meanwhile.
    const element = box.current;
    if (!element) return;
    if (element.matches(":popover-open")) element.hidePopover();
    if (shown.length > 0) element.showPopover();
  }, [shown]);
  return (
    <div ref={box} popover="manual" className="toasts" role="region" aria-label="Messages" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} className={`toast ${one.bad ? "bad" : ""}`}>
          <span className="grow break">{one.text}</span>
          {one.action && (
            <button
              type="button"
              className="button tiny"
              onClick={() => {
                one.action?.run();
                dismiss(one.id);
              }}
            >
              {one.action.label}
            </button>
          )}
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => dismiss(one.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}

let say: ((text: string) => void) | undefined;

/** Tells screen readers at once. */
export function announce(text: string): void {
  say?.(text);
}

export function Announcer() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    say = (text) => {
      if (box.current) box.current.textContent = text;
    };
    return () => {
      say = undefined;
    };
  }, []);
  return <div ref={box} className="sr" role="status" aria-live="assertive" />;
}
