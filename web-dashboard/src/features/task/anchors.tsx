/** The places in code that a task is about, as editors have tied them. */
import { useMay, useOf, useProject } from "@/shared/live/hooks";
import { Icon } from "@/shared/ui/icons";
import { doWithUndo } from "./actions";

export function Anchors({ task }: { task: string }) {
  const { session } = useProject();
  const anchors = useOf("anchor", task);
  const may = useMay("task:write");
  if (anchors.length === 0) return null;
  return (
    <section className="stack tight" aria-label="Code">
      <h3>Code</h3>
      <ul className="plain">
        {anchors.map((anchor) => {
          const lines = anchor.start_line === anchor.end_line ? `${anchor.start_line}` : `${anchor.start_line}–${anchor.end_line}`;
          return (
            <li key={anchor.id} className="row anchor">
              <Icon name="code" />
              <div className="grow">
                <div className="mono clip">{anchor.symbol || `${anchor.path.split("/").at(-1)}:${lines}`}</div>
                <div className="mono small muted clip" title={`${anchor.repository} ${anchor.path}`}>
                  {anchor.path}:{lines}
                </div>
              </div>
              {may && (
                <button type="button" className="icon-button" aria-label={`Untie ${anchor.path}`} onClick={() => doWithUndo(session, { type: "anchor.delete", id: anchor.id }, "Untied from the code.")}>
                  <Icon name="close" />
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
