/** A box that opens beside its button and closes by Escape, by a click elsewhere, or by what is chosen in it. */
import { type ReactNode, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from "react";

interface Props {
  /** The button, which gets what it needs to open the box. */
  button: (props: { ref: (element: HTMLButtonElement | null) => void; onClick: () => void; "aria-expanded": boolean; "aria-controls": string; "aria-haspopup": "dialog" | "menu" | "listbox" }) => ReactNode;
  children: (close: () => void) => ReactNode;
  label: string;
  kind?: "dialog" | "menu";
}

export function Popover({ button, children, label, kind = "dialog" }: Props) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = useCallback(() => {
    setOpen(false);
    anchor.current?.focus();
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!open || !element || !anchor.current) return;
    element.showPopover();
    const place = anchor.current.getBoundingClientRect();
    const below = innerHeight - place.bottom;
    element.style.left = `${Math.max(8, Math.min(place.left, innerWidth - element.offsetWidth - 8))}px`;
    if (below < element.offsetHeight + 12 && place.top > below) element.style.bottom = `${innerHeight - place.top + 4}px`;
    else element.style.top = `${place.bottom + 4}px`;
    const first = element.querySelector<HTMLElement>("[data-first], input, button, a, [tabindex]");
    first?.focus();
  }, [open]);

  useEffect(() => {
    const element = box.current;
    if (!open || !element) return;
    const toggled = (event: Event) => {
      if ((event as ToggleEvent).newState === "closed") setOpen(false);
    };
    element.addEventListener("toggle", toggled);
    return () => element.removeEventListener("toggle", toggled);
  }, [open]);

  return (
    <>
      {button({
        ref: (element) => {
          anchor.current = element;
        },
        onClick: () => setOpen((open) => !open),
        "aria-expanded": open,
        "aria-controls": id,
        "aria-haspopup": kind,
      })}
      {open && (
        <div
          ref={box}
          id={id}
          popover="auto"
          className="popover"
          role={kind}
          aria-label={label}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              // The dialog or panel behind stays open.
              event.stopPropagation();
              event.preventDefault();
              close();
            }
            if (kind === "menu") arrows(event, box.current);
          }}
        >
          {children(close)}
        </div>
      )}
    </>
  );
}

function arrows(event: React.KeyboardEvent, box: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !box) return;
  event.preventDefault();
  const items = [...box.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}

/** One line of a menu. */
export function MenuItem({ onSelect, children, danger }: { onSelect: () => void; children: ReactNode; danger?: boolean }) {
  return (
    <button type="button" role="menuitem" className={`menu-item ${danger ? "danger" : ""}`} onClick={onSelect}>
      {children}
    </button>
  );
}
