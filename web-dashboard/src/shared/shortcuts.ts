/** Keyboard shortcuts: a page says which it has, and the help sheet lists exactly those. One key, or two typed one after the other. */
import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Shortcut {
  /** `c`, `g b`, `?`, or `mod+k` for Ctrl or ⌘. */
  keys: string;
  label: string;
  run: () => void;
}

export interface Group {
  title: string;
  /** Written here for the help sheet; the parts of the page that have the focus handle them. */
  shown?: readonly { keys: string; label: string }[];
  shortcuts: readonly Shortcut[];
}

let groups: readonly Group[] = [];
const listeners = new Set<() => void>();

function set(next: readonly Group[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

let before: { key: string; at: number } | undefined;

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const mod = event.ctrlKey || event.metaKey;
  if (event.altKey || (!mod && typing(event.target))) return;
  // A dialog has the page's attention; the palette may still be opened over it.
  const inDialog = document.querySelector("dialog[open]") !== null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const names = mod ? [`mod+${key}`] : [...(before && event.timeStamp - before.at < 1_200 ? [`${before.key} ${key}`] : []), key];
  before = mod ? undefined : { key, at: event.timeStamp };
  if (inDialog) return;
  for (const name of names) {
    for (const group of [...groups].reverse()) {
      const found = group.shortcuts.find((one) => one.keys === name);
      if (!found) continue;
      event.preventDefault();
      before = undefined;
      found.run();
      return;
    }
  }
}

/** Listens for all shortcuts; once, at the top of the page. */
export function useShortcutKeys(): void {
  useEffect(() => {
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

/** Offers shortcuts while the component is there. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[], shown?: Group["shown"]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const names = shortcuts.map((one) => one.keys).join("|");
  useEffect(() => {
    const group: Group = {
      title,
      shortcuts: latest.current.map((one, index) => ({ ...one, run: () => latest.current[index]?.run() })),
      ...(shown ? { shown } : {}),
    };
    set([...groups, group]);
    return () => set(groups.filter((other) => other !== group));
    // The rest is read from `latest` when a key is pressed.
  }, [title, names, shown]);
}

export function useGroups(): readonly Group[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => groups,
  );
}

const APPLE = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys as this machine's keyboard has them. */
export function shownKeys(keys: string): string[] {
  return keys.split(" ").flatMap((key) => (key.startsWith("mod+") ? [APPLE ? "⌘" : "Ctrl", key.slice(4).toUpperCase()] : [key]));
}
