/** What the page that is open adds to the palette: its tasks, and what can be done there. */
import { useEffect, useRef } from "react";
import type { IconName } from "./ui/icons";

export interface Entry {
  id: string;
  icon: IconName;
  label: string;
  hint?: string;
  run: () => void;
}

type Source = () => Entry[];
const sources = new Set<Source>();

/** All entries, made when the palette opens. */
export function entries(): Entry[] {
  return [...sources].flatMap((source) => source());
}

export function useEntries(source: Source): void {
  const latest = useRef(source);
  latest.current = source;
  useEffect(() => {
    const one: Source = () => latest.current();
    sources.add(one);
    return () => {
      sources.delete(one);
    };
  }, []);
}
