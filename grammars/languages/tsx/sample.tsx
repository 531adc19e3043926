import React, { useState, type ReactNode } from "react";
import { Button } from "./ui";
import * as icons from "./icons";

/** What a card shows. */
interface CardProps<T> {
  items: T[];
  render: (item: T) => ReactNode;
  title?: string;
}

export type Theme = "light" | "dark";

const ThemeContext = React.createContext<Theme>("light");

/** Shows items in a list. */
export function Card<T extends { id: string }>({ items, render, title = "Items" }: CardProps<T>) {
  const [open, setOpen] = useState<boolean>(false);
  const toggle = () => setOpen((value) => !value);

  if (items.length === 0) {
    return <Empty />;
  }
  return (
    <ThemeContext.Provider value="dark">
      <section className="card" onClick={toggle}>
        <h2>{title}</h2>
        {open && items.map((item) => <li key={item.id}>{render(item)}</li>)}
        <icons.Arrow direction={open ? "up" : "down"} />
        <Button<Theme> onPress={async () => { await save(items); }}>Save</Button>
      </section>
    </ThemeContext.Provider>
  );
}

const Empty = () => <p>Nothing here</p>;

export const Panel = React.memo(function Panel({ children }: { children: ReactNode }) {
  return <>{children}</>;
});

const identity = <T,>(value: T) => value;

export default class Boundary extends React.Component<CardProps<string>, { failed: boolean }> {
  state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  render(): ReactNode {
    return this.state.failed ? <Empty /> : <Card {...this.props} />;
  }
}

async function save(items: unknown[]): Promise<void> {
  await fetch("/items", { method: "POST", body: JSON.stringify(items) });
}

describe("Card", () => {
  it("shows its title", () => {
    screen.render(<Card items={[]} render={identity} title="Shops" />);
  });
});

/** Stands before the broken region. */
function Before() { return <Empty />; }

const Broken = () => { return <div className=></div>; };

/** Stands behind it. */
function After() { return <Before />; }
