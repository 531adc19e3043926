/**
 * Markdown as people write it in tasks. The text is read into a tree, and the tree becomes elements of the page one by one: there is
 * no step in which text could become markup, so nothing needs to be cleaned afterwards. HTML in the text is shown as the text it is.
 */
import { Fragment, type ReactNode } from "react";
import { Lexer, type Token, type Tokens } from "marked";

/** What a link may lead to. Everything else is shown as text. */
const SAFE = /^(https?:|mailto:|\/(?!\/)|#)/i;
const DEPTH = 40;
/** Beyond this a text is shown as it is: reading it would hold up the page. */
const LONGEST = 200_000;

interface Marks {
  /** The address of a task by its key, such as `DM-12`. */
  task?: (key: string) => string | undefined;
  /** Whether somebody is called so. */
  person?: (handle: string) => string | undefined;
}

const MARK = /\b([A-Z][A-Z0-9]{1,9}-\d{1,9})\b|(^|[\s(])@([a-z0-9][a-z0-9._-]{1,39})/g;

/** Keys of tasks become links, and people who exist are marked. */
function marked(text: string, marks: Marks): ReactNode {
  const out: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(MARK)) {
    const [all, key, before = "", handle] = match;
    const at = match.index;
    if (key) {
      const to = marks.task?.(key);
      if (!to) continue;
      out.push(text.slice(from, at), <a key={at} href={to}>{key}</a>);
    } else {
      // A full stop after a name ends the sentence.
      const called = handle?.replace(/[._-]+$/, "") ?? "";
      const name = called ? marks.person?.(called) : undefined;
      if (!name) continue;
      out.push(text.slice(from, at) + before, <span key={at} className="mention" title={name}>@{called}</span>);
      from = at + before.length + 1 + called.length;
      continue;
    }
    from = at + all.length;
  }
  if (out.length === 0) return text;
  return [...out, text.slice(from)];
}

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
const plain = (text: string) => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);

function many(tokens: readonly Token[] | undefined, marks: Marks, depth: number): ReactNode {
  if (depth > DEPTH) return tokens?.map((token) => token.raw).join("") ?? null;
  return tokens?.map((token, index) => <Fragment key={index}>{one(token, marks, depth + 1)}</Fragment>) ?? null;
}

function one(token: Token, marks: Marks, depth: number): ReactNode {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading": {
      // The page has its own heads above these.
      const Head = `h${Math.min((token as Tokens.Heading).depth + 2, 6)}` as "h3";
      return <Head>{many(token.tokens, marks, depth)}</Head>;
    }
    case "paragraph":
      return <p>{many(token.tokens, marks, depth)}</p>;
    case "blockquote":
      return <blockquote>{many(token.tokens, marks, depth)}</blockquote>;
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      );
    case "hr":
      return <hr />;
    case "list": {
      const list = token as Tokens.List;
      const items = list.items.map((item, index) => (
        <li key={index} className={item.task ? "task-item" : undefined}>
          {item.task && <input type="checkbox" checked={item.checked ?? false} disabled aria-label={item.checked ? "done" : "open"} />}
          {many(item.tokens.filter((part) => part.type !== "checkbox"), marks, depth)}
        </li>
      ));
      return list.ordered ? <ol start={Number(list.start) || 1}>{items}</ol> : <ul>{items}</ul>;
    }
    case "table": {
      const table = token as Tokens.Table;
      return (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Table">
          <table className="table">
            <thead>
              <tr>
                {table.header.map((cell, index) => (
                  <th key={index}>{many(cell.tokens, marks, depth)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, index) => (
                    <td key={index}>{many(cell.tokens, marks, depth)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    }
    case "strong":
      return <strong>{many(token.tokens, marks, depth)}</strong>;
    case "em":
      return <em>{many(token.tokens, marks, depth)}</em>;
    case "del":
      return <del>{many(token.tokens, marks, depth)}</del>;
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "escape":
      return (token as Tokens.Escape).text;
    case "link": {
      const link = token as Tokens.Link;
      const inside = many(link.tokens, { ...marks, task: () => undefined }, depth);
      if (!SAFE.test(link.href)) return <span title="This address is not followed">{inside}</span>;
      return (
        <a href={link.href} title={link.title ?? undefined} target={/^https?:/i.test(link.href) ? "_blank" : undefined} rel="noopener noreferrer nofollow">
          {inside}
        </a>
      );
    }
    case "image": {
      // An image of another server would tell it who reads this, and when.
      const image = token as Tokens.Image;
      const words = image.text || "image";
      return SAFE.test(image.href) ? <a href={image.href} target="_blank" rel="noopener noreferrer nofollow">{words}</a> : words;
    }
    case "text":
      return token.tokens ? many(token.tokens, marks, depth) : marked(plain((token as Tokens.Text).text), marks);
    default:
      // HTML above all: shown as it was written.
      return token.raw;
  }
}

export function Markdown({ text, marks = {} }: { text: string; marks?: Marks }) {
  if (text.length > LONGEST) return <div className="markdown"><p className="break">{text}</p></div>;
  let tokens: Token[];
  try {
    tokens = new Lexer({ gfm: true, breaks: true }).lex(text);
  } catch {
    return <div className="markdown"><p className="break">{text}</p></div>;
  }
  return <div className="markdown">{many(tokens, marks, 0)}</div>;
}

export default Markdown;
