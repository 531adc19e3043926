/** A column of the board: its head, and as many of its cards as can be seen. */
import { useEffect, useMemo, useRef, useState } from "react";
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { autoScrollForElements } from "@atlaskit/pragmatic-drag-and-drop-auto-scroll/element";
import type { Column as ColumnOf, Task } from "@/shared/api/types";
import { useColumnTasks } from "@/shared/live/hooks";
import { Icon } from "@/shared/ui/icons";
import { Card } from "./card";
import type { Board } from "./state";

/** A card without labels; others are measured. */
const CARD = 76;

interface Props {
  column: ColumnOf;
  board: Board;
  onAdd: (column: string) => void;
}

/** How many tasks a column holds, and whether that is more than it should. */
export function Count({ column, shown }: { column: ColumnOf; shown?: number }) {
  const all = useColumnTasks(column.id).length;
  const over = column.wip_limit != null && all > column.wip_limit;
  const full = column.wip_limit != null && all === column.wip_limit && column.wip_enforced;
  const words = column.wip_limit == null ? `${all} tasks` : `${all} of at most ${column.wip_limit} tasks${over ? ", over the limit" : ""}`;
  return (
    <span className={`pill ${over ? "bad" : full ? "warn" : ""}`} title={words} role="img" aria-label={words}>
      {shown !== undefined && shown !== all ? `${shown} / ` : ""}
      {all}
      {column.wip_limit != null && ` / ${column.wip_limit}`}
    </span>
  );
}

export function Column({ column, board, onAdd }: Props) {
  const all = useColumnTasks(column.id);
  const tasks = useMemo(() => board.arranged(column.id, all), [board, column.id, all]);
  const scroller = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const held = board.dragged ? tasks.findIndex((task) => task.id === board.dragged) : -1;

  const virtual = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD,
    getItemKey: (index) => tasks[index]!.id,
    overscan: 8,
    gap: 8,
    paddingStart: 2,
    paddingEnd: 8,
    // The card under the mouse stays where it is, however far the column scrolls.
    rangeExtractor: (range: Range) => {
      const shown = defaultRangeExtractor(range);
      return held < 0 || shown.includes(held) ? shown : [...shown, held].sort((a, b) => a - b);
    },
  });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    return combine(
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.type === "task",
        getData: () => ({ type: "column", column: column.id }),
        onDrag: ({ location }) => setOver(location.current.dropTargets[0]?.element === element),
        onDragLeave: () => setOver(false),
        onDrop: () => setOver(false),
      }),
      autoScrollForElements({ element }),
    );
  }, [column.id]);

  const wanted = board.focused && board.focusRequest > 0 ? tasks.findIndex((task) => task.id === board.focused) : -1;
  useEffect(() => {
    if (wanted < 0) return;
    virtual.scrollToIndex(wanted, { align: "auto" });
    // The card may be drawn only after the scrolling.
    let tries = 0;
    const focus = () => {
      const card = scroller.current?.querySelector<HTMLElement>(`[data-task="${board.focused}"]`);
      if (card) card.focus({ preventScroll: true });
      else if (tries++ < 20) requestAnimationFrame(focus);
    };
    focus();
  }, [board.focusRequest, wanted]);

  return (
    <section className="column" aria-label={column.name} data-over={over} data-column={column.id}>
      <header className="column-head">
        <i className={`category ${column.category}`} aria-hidden="true" />
        <h2 className="clip">{column.name}</h2>
        <Count column={column} shown={tasks.length} />
        <span className="grow" />
        {board.may && (
          <button type="button" className="icon-button" aria-label={`New task in ${column.name}`} onClick={() => onAdd(column.id)}>
            <Icon name="plus" />
          </button>
        )}
      </header>
      <div ref={scroller} className="cards">
        {tasks.length === 0 ? (
          <p className="column-empty muted small">{all.length > 0 ? "Nothing fits the filter." : board.may ? "Drop a task here." : "No tasks."}</p>
        ) : (
          <div className="cards-inside" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const task = tasks[item.index] as Task;
              return (
                <div key={item.key} ref={virtual.measureElement} data-index={item.index} className="card-place" style={{ transform: `translateY(${item.start}px)` }}>
                  <Card
                    task={task}
                    current={board.focused === task.id || (board.focused === undefined && item.index === 0)}
                    lifted={board.lifted?.id === task.id}
                    open={board.open === task.number}
                    may={board.may}
                    onOpen={board.onOpen}
                    onFocus={board.onFocus}
                  />
                </div>
              );
            })}
          </div>
        )}
      </div>
    </section>
  );
}
