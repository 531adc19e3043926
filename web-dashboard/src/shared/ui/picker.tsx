/** Choosing one or several of a list by typing, by arrows or by mouse. */
import { type ReactNode, useId, useMemo, useRef, useState } from "react";
import { Icon } from "./icons";
import { Popover } from "./popover";

export interface Choice {
  value: string;
  label: string;
  /** What stands before it. */
  mark?: ReactNode;
}

interface Props {
  label: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  /** What the button shows. */
  children: ReactNode;
  several?: boolean;
  /** The words for choosing nothing; without them something must be chosen. */
  none?: string;
  className?: string;
  disabled?: boolean;
  /** What the button shows is the label. */
  saysItself?: boolean;
  /** Makes a choice of what was typed. */
  onCreate?: (text: string) => void;
}

export function Picker({ label, choices, chosen, onChange, children, several, none, className, disabled, onCreate, saysItself }: Props) {
  return (
    <Popover
      label={label}
      button={(props) => (
        <button type="button" className={className ?? "button quiet tiny"} title={label} disabled={disabled} {...props}>
          {!saysItself && <span className="sr">{label}: </span>}
          {children}
        </button>
      )}
    >
      {(close) => <List {...{ label, choices, chosen, onChange, several, none, onCreate, close }} />}
    </Popover>
  );
}

interface ListProps {
  label: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  several: boolean | undefined;
  none: string | undefined;
  onCreate: ((text: string) => void) | undefined;
  close: () => void;
}

const NONE = "";
const CREATE = "\u0000create";

function List({ label, choices, chosen, onChange, several, none, onCreate, close }: ListProps) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const all = choices.filter((choice) => choice.label.toLowerCase().includes(wanted)).slice(0, 200);
    const out: Choice[] = none && !wanted ? [{ value: NONE, label: none }, ...all] : [...all];
    if (onCreate && wanted && !choices.some((choice) => choice.label.toLowerCase() === wanted)) {
      out.push({ value: CREATE, label: `Create “${text.trim()}”`, mark: <Icon name="plus" /> });
    }
    return out;
  }, [choices, none, onCreate, text]);
  const at = Math.min(active, found.length - 1);

  const choose = (value: string) => {
    if (value === CREATE) {
      onCreate?.(text.trim());
      setText("");
      if (!several) close();
      return;
    }
    if (value === NONE) onChange([]);
    else if (!several) onChange([value]);
    else onChange(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
    if (!several || value === NONE) close();
  };
  const go = (to: number) => {
    const next = (to + found.length) % Math.max(found.length, 1);
    setActive(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };

  return (
    <>
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") go(at + 1);
          else if (event.key === "ArrowUp") go(at - 1);
          else if (event.key === "Enter" && found[at]) choose(found[at].value);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <ul ref={list} id={id} role="listbox" aria-label={label} aria-multiselectable={several ?? false} className="options" tabIndex={-1}>
        {found.map((choice, index) => {
          const on = choice.value === NONE ? chosen.length === 0 : chosen.includes(choice.value);
          return (
            <li
              key={choice.value}
              id={`${id}-${index}`}
              role="option"
              aria-selected={on}
              className="option"
              data-active={index === at}
              onMouseMove={() => setActive(index)}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(choice.value);
              }}
            >
              {choice.mark}
              <span className="clip">{choice.label}</span>
              {on && <Icon name="check" className="tick" />}
            </li>
          );
        })}
      </ul>
      {found.length === 0 && <p className="muted small" role="status">Nothing fits “{text}”.</p>}
    </>
  );
}
