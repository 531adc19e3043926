import { Dialog } from "@/shared/ui/dialog";
import { shownKeys, useGroups } from "@/shared/shortcuts";

export function Help({ onClose }: { onClose: () => void }) {
  const groups = useGroups();
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} wide>
      <div className="help-groups">
        {groups.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {[...group.shortcuts, ...(group.shown ?? [])].map((one) => (
                <div key={one.keys} className="row">
                  <dt className="grow">{one.label}</dt>
                  <dd className="row">
                    {shownKeys(one.keys).map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
