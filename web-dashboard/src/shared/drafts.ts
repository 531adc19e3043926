/** Text that is being written survives a reload, a lost login and a crash: it is kept in this tab's browser until it is sent. */
import { useCallback, useState } from "react";

const PREFIX = "draft:";

function read(key: string): string {
  try {
    return localStorage.getItem(PREFIX + key) ?? "";
  } catch {
    return "";
  }
}

/** A text kept under `key`, empty at first or `initial`; the third of the answer forgets it. */
export function useDraft(key: string, initial = ""): [string, (text: string) => void, () => void] {
  const [state, setState] = useState(() => ({ key, text: read(key) || initial }));
  // Another task in the same place has another draft.
  const text = state.key === key ? state.text : read(key) || initial;
  if (state.key !== key) setState({ key, text });
  const write = useCallback(
    (next: string) => {
      setState({ key, text: next });
      try {
        if (next) localStorage.setItem(PREFIX + key, next);
        else localStorage.removeItem(PREFIX + key);
      } catch {
        // Without storage the text lives as long as the page.
      }
    },
    [key],
  );
  const forget = useCallback(() => write(""), [write]);
  return [text, write, forget];
}

/** Takes everybody's drafts away, when somebody logs out on purpose. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // There are none.
  }
}
