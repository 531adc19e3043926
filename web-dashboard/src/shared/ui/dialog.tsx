/** A modal dialog: the browser's own, which keeps the focus inside, makes the rest inert, and gives the focus back. */
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { Icon } from "./icons";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  /** What is asked cannot be left out. */
  firm?: boolean;
}

export function Dialog({ title, onClose, children, wide, firm }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before the element goes: closing it is what gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element && !element.open) {
      element.showModal();
      // The browser takes the first thing that can have the focus, which is the button that closes.
      element.querySelector<HTMLElement>("input, textarea, select")?.focus();
    }
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${wide ? "wide" : ""}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        // React hears this of dialogs inside, too.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        if (!firm) onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current && !firm) onClose();
      }}
    >
      <div className="inside">
        <div className="row">
          <h2 id={heading} className="grow">
            {title}
          </h2>
          {!firm && (
            <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
              <Icon name="close" />
            </button>
          )}
        </div>
        {children}
      </div>
    </dialog>
  );
}

interface End {
  /** What was wrong with what was sent. */
  problem: string | null | undefined;
  onClose: () => void;
  /** What the button says that leaves without doing anything. */
  closes?: string;
  /** What the button says that does it. */
  does: string;
}

/** How a form in a dialog ends: what was wrong, and the two ways out. */
export function FormEnd({ problem, onClose, closes = "Cancel", does }: End) {
  return (
    <>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <div className="actions row">
        <button type="button" className="button" onClick={onClose}>
          {closes}
        </button>
        <button className="button primary">{does}</button>
      </div>
    </>
  );
}
