/** Writing markdown, with a look at how it will be shown. Ctrl or ⌘ and Enter sends it. */
import { lazy, Suspense, useId, useState } from "react";

const Markdown = lazy(() => import("./markdown"));

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  onSubmit?: () => void;
  onCancel?: () => void;
  placeholder?: string;
  rows?: number;
  autoFocus?: boolean;
  name?: string;
}

export function MarkdownEditor({ label, value, onChange, onSubmit, onCancel, placeholder, rows = 4, autoFocus, name }: Props) {
  const [preview, setPreview] = useState(false);
  const id = useId();
  return (
    <div className="editor">
      <div className="row editor-tabs" role="tablist" aria-label={label}>
        <button type="button" role="tab" aria-selected={!preview} aria-controls={id} className="editor-tab" onClick={() => setPreview(false)}>
          Write
        </button>
        <button type="button" role="tab" aria-selected={preview} aria-controls={id} className="editor-tab" onClick={() => setPreview(true)}>
          Preview
        </button>
        <span className="grow" />
        <span className="muted small editor-hint">Markdown</span>
      </div>
      <div id={id} role="tabpanel" aria-label={preview ? "Preview" : "Write"}>
        {preview ? (
          <div className="editor-preview">
            {value.trim() ? (
              <Suspense fallback={null}>
                <Markdown text={value} />
              </Suspense>
            ) : (
              <p className="muted">Nothing to show yet.</p>
            )}
          </div>
        ) : (
          <textarea
            className="input"
            aria-label={label}
            name={name}
            rows={rows}
            value={value}
            placeholder={placeholder}
            autoFocus={autoFocus}
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                onSubmit?.();
              } else if (event.key === "Escape" && onCancel) {
                event.stopPropagation();
                event.preventDefault();
                onCancel();
              }
            }}
          />
        )}
      </div>
    </div>
  );
}
