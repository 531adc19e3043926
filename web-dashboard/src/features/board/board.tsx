/** The board of a project. */
import { lazy, Suspense, useMemo, useState } from "react";
import { Link } from "@tanstack/react-router";
import { useAll, useColumns, useMay, useProject } from "@/shared/live/hooks";
import { useShortcuts } from "@/shared/shortcuts";
import { Empty } from "@/shared/ui/bits";
import { CreateTask } from "@/features/task/create";
import { Column } from "./column";
import { FilterBar, useBoardSearch } from "./filter-bar";
import { Lanes } from "./lanes";
import { useBoard } from "./state";

const TaskPanel = lazy(() => import("@/features/task/panel"));

const KEYS = [
  { keys: "↑ ↓ ← →", label: "Go from card to card" },
  { keys: "Enter", label: "Open the card" },
  { keys: "Space", label: "Lift the card, drop it" },
  { keys: "Esc", label: "Put it back, close the task" },
];

export function BoardPage() {
  const [search, set] = useBoardSearch();
  const { session, slug } = useProject();
  const columns = useColumns();
  const tasks = useAll("task");
  const board = useBoard(search, set);
  const [adding, setAdding] = useState<string>();
  const may = useMay("project:configure");
  const shown = useMemo(() => (board.filter ? tasks.filter(board.filter).length : tasks.length), [tasks, board.filter]);
  const opened = search.task !== undefined ? session.store.byTaskNumber(search.task) : undefined;
  useShortcuts("On the board", [], KEYS);
  return (
    <div className="with-panel">
      <div className="board-page">
        <FilterBar lanes count={{ shown, all: tasks.length }} />
        <p id="board-help" className="sr">
          Arrow keys go from card to card, Enter opens one, Space lifts and drops it.
        </p>
        {columns.length === 0 ? (
          <Empty icon="board" title="The board has no columns">
            <p>Columns are the steps that a task goes through, such as To do, In progress and Done.</p>
            {may && (
              <Link className="button primary" to="/p/$project/settings" params={{ project: slug }}>
                Make columns
              </Link>
            )}
          </Empty>
        ) : search.lanes ? (
          <div className="board lanes-scroll" tabIndex={-1}>
            <Lanes by={search.lanes} board={board} />
          </div>
        ) : (
          <div className="board" onKeyDown={board.onKeyDown}>
            {columns.map((column) => (
              <Column key={column.id} column={column} board={board} onAdd={setAdding} />
            ))}
          </div>
        )}
        {tasks.length === 0 && columns.length > 0 && board.may && (
          <p className="board-hint muted">
            The board is empty. Press <kbd>c</kbd> to write the first task; in an editor, <em>Create task</em> does it at the line where it
            matters.
          </p>
        )}
      </div>
      {search.task !== undefined && (
        <Suspense fallback={null}>
          <TaskPanel key={search.task} number={search.task} task={opened} onClose={() => set({ task: undefined })} />
        </Suspense>
      )}
      {adding && <CreateTask column={adding} onClose={() => setAdding(undefined)} />}
    </div>
  );
}
