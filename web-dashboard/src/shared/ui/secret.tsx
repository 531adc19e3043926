import { toast } from "./toast";

/** A text that is shown once, to be copied. */
export function Secret({ text, label }: { text: string; label: string }) {
  return (
    <div className="row">
      <input className="input mono grow" readOnly aria-label={label} value={text} autoFocus onFocus={(event) => event.target.select()} />
      <button
        type="button"
        className="button"
        onClick={() =>
          navigator.clipboard.writeText(text).then(
            () => toast("Copied."),
            () => toast("The browser did not allow it. Copy it by hand.", { bad: true }),
          )
        }
      >
        Copy
      </button>
    </div>
  );
}
