/** What is said about a task. */
import { lazy, Suspense, useState } from "react";
import type { Comment, Task } from "@/shared/api/types";
import { useDraft } from "@/shared/drafts";
import { fresh } from "@/shared/ids";
import { useIsPending, useMay, useOf, useProject } from "@/shared/live/hooks";
import { MarkdownEditor } from "@/shared/markdown/editor";
import { ago, shownInstant } from "@/shared/time";
import { Avatar } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { MenuItem, Popover } from "@/shared/ui/popover";
import { doWithUndo } from "./actions";
import { useMarks } from "./view";

const Markdown = lazy(() => import("@/shared/markdown/markdown"));
const EMOJI = ["👍", "❤️", "🎉", "👀", "🚀", "😄", "🤔", "👎"];

export function Comments({ task }: { task: Task }) {
  const { session } = useProject();
  const comments = useOf("comment", task.id);
  const may = useMay("task:comment");
  const [text, setText, forget] = useDraft(`comment:${task.id}`);
  const send = () => {
    if (!text.trim()) return;
    session.do({ type: "comment.create", id: fresh("cmt"), task: task.id, body: text.trim() });
    forget();
  };
  return (
    <section className="stack" aria-label="Comments">
      <h3>Comments{comments.length > 0 && <span className="muted"> {comments.length}</span>}</h3>
      {comments.map((comment) => (
        <OneComment key={comment.id} comment={comment} />
      ))}
      {may && (
        <div className="stack tight">
          <MarkdownEditor label="Comment" value={text} onChange={setText} onSubmit={send} rows={3} placeholder="Write a comment; @name tells somebody" />
          <div className="row">
            <span className="grow" />
            <button type="button" className="button primary tiny" disabled={!text.trim()} onClick={send}>
              Comment
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

function OneComment({ comment }: { comment: Comment }) {
  const { session, people } = useProject();
  const mayComment = useMay("task:comment");
  const moderate = useMay("project:moderate");
  const waits = useIsPending("comment", comment.id);
  const marks = useMarks();
  const [text, setText, forget] = useDraft(`comment-edit:${comment.id}`);
  const [editing, setEditing] = useState(text !== "");
  const author = people.get(comment.author);
  const own = (comment.author === session.me && mayComment) || moderate;
  const react = (emoji: string) =>
    session.do({ type: "comment.react", id: comment.id, emoji, on: !(comment.reactions[emoji] ?? []).includes(session.me) });
  const save = () => {
    if (text.trim() && text !== comment.body) session.do({ type: "comment.update", id: comment.id, body: text });
    forget();
    setEditing(false);
  };
  return (
    <article className="comment" aria-label={`Comment by ${author?.name ?? "somebody who left"}`} data-waits={waits}>
      <Avatar id={comment.author} person={author} />
      <div className="grow stack tight">
        <header className="row">
          <strong className="clip">{author?.name ?? "Somebody who left"}</strong>
          <time className="muted small" dateTime={comment.created_at} title={shownInstant(comment.created_at)}>
            {ago(comment.created_at)}
            {comment.edited_at && ", edited"}
          </time>
          <span className="grow" />
          {mayComment && (
            <Popover
              label="React"
              kind="menu"
              button={(props) => (
                <button type="button" className="icon-button" aria-label="React" {...props}>
                  <Icon name="smile" />
                </button>
              )}
            >
              {(close) => (
                <div className="emoji">
                  {EMOJI.map((emoji) => (
                    <button
                      key={emoji}
                      type="button"
                      role="menuitem"
                      className="icon-button"
                      aria-label={`React with ${emoji}`}
                      onClick={() => {
                        react(emoji);
                        close();
                      }}
                    >
                      {emoji}
                    </button>
                  ))}
                </div>
              )}
            </Popover>
          )}
          {own && (
            <Popover
              label="Comment"
              kind="menu"
              button={(props) => (
                <button type="button" className="icon-button" aria-label="More about this comment" {...props}>
                  <Icon name="more" />
                </button>
              )}
            >
              {(close) => (
                <>
                  <MenuItem
                    onSelect={() => {
                      close();
                      setText(comment.body);
                      setEditing(true);
                    }}
                  >
                    <Icon name="edit" /> Edit
                  </MenuItem>
                  <MenuItem
                    danger
                    onSelect={() => {
                      close();
                      doWithUndo(session, { type: "comment.delete", id: comment.id }, "Comment deleted.");
                    }}
                  >
                    <Icon name="trash" /> Delete
                  </MenuItem>
                </>
              )}
            </Popover>
          )}
        </header>
        {editing ? (
          <>
            <MarkdownEditor label="Comment" value={text} onChange={setText} onSubmit={save} rows={4} autoFocus />
            <div className="row">
              <button type="button" className="button primary tiny" onClick={save}>
                Save
              </button>
              <button
                type="button"
                className="button tiny"
                onClick={() => {
                  forget();
                  setEditing(false);
                }}
              >
                Discard
              </button>
            </div>
          </>
        ) : (
          <Suspense fallback={<p className="break">{comment.body}</p>}>
            <Markdown text={comment.body} marks={marks} />
          </Suspense>
        )}
        {Object.keys(comment.reactions).length > 0 && (
          <div className="row wrap tight">
            {Object.entries(comment.reactions).map(([emoji, who]) => {
              const names = who.map((id) => people.get(id)?.name ?? "somebody").join(", ");
              return (
                <button key={emoji} type="button" className="pill reaction" aria-pressed={who.includes(session.me)} title={names} disabled={!mayComment} onClick={() => react(emoji)}>
                  {emoji} {who.length}
                  <span className="sr">, by {names}</span>
                </button>
              );
            })}
          </div>
        )}
      </div>
    </article>
  );
}
