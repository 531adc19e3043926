import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Markdown } from "./markdown";

const html = (text: string, marks = {}) => renderToStaticMarkup(<Markdown text={text} marks={marks} />).replace(/^<div class="markdown">|<\/div>$/g, "");

test("what people write in tasks looks as they mean it", () => {
  expect(html("**bold** _slanted_ ~~gone~~ `code`")).toBe("<p><strong>bold</strong> <em>slanted</em> <del>gone</del> <code>code</code></p>");
  expect(html("# Head\n\n1. one\n2. two")).toBe("<h3>Head</h3><ol start=\"1\"><li>one</li><li>two</li></ol>");
  expect(html("> said\n\n---")).toBe("<blockquote><p>said</p></blockquote><hr/>");
  expect(html("- [x] done\n- [ ] open")).toContain('type="checkbox" disabled="" aria-label="done" checked=""');
  expect(html("| a |\n|---|\n| b |")).toContain("<td>b</td>");
});

test("markup in a text is text", () => {
  const bad = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b onclick=alert(1)>b</b>", "<svg/onload=alert(1)>", "```<script>```", "`<script>`", "# <iframe src=x>", "[<img src=x onerror=alert(1)>](/x)", "&lt;script&gt;alert(1)&lt;/script&gt;"];
  for (const text of bad) {
    expect(html(text), text).not.toMatch(/<(script|img|svg|iframe|b)[\s>/]/);
  }
});

test("links lead only where links may lead", () => {
  for (const href of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", "file:///etc/passwd", "java&#115;cript:alert(1)", "\u0001javascript:alert(1)"]) {
    expect(html(`[x](${href})`), href).not.toContain("<a ");
    expect(html(`![x](${href})`), href).not.toMatch(/<a |<img/);
    expect(html(`<${href}>`), href).not.toMatch(/href="(?!https?:)/);
  }
  expect(html("[x](https://example.com)")).toBe('<p><a href="https://example.com" target="_blank" rel="noopener noreferrer nofollow">x</a></p>');
});

test("an image is a link to it, so that no other server learns who reads", () => {
  expect(html("![chart](https://example.com/a.png)")).toBe('<p><a href="https://example.com/a.png" target="_blank" rel="noopener noreferrer nofollow">chart</a></p>');
});

test("keys of tasks and names of people are marked, others are left alone", () => {
  const marks = { task: (key: string) => (key.startsWith("DM-") ? `/p/DM/t/${key.slice(3)}` : undefined), person: (handle: string) => (handle === "ann" ? "Ann" : undefined) };
  expect(html("DM-12 and XX-1: ask @ann. Not @bob or a@ann.example", marks)).toBe(
    '<p><a href="/p/DM/t/12">DM-12</a> and XX-1: ask <span class="mention" title="Ann">@ann</span>. Not @bob or <a href="mailto:a@ann.example" rel="noopener noreferrer nofollow">a@ann.example</a></p>',
  );
  expect(html("`DM-12`", marks)).toBe("<p><code>DM-12</code></p>");
});

test("depth and length have limits", () => {
  expect(html(`${">".repeat(500)} deep`).length).toBeLessThan(20_000);
  expect(html("[".repeat(5_000)).length).toBeLessThan(10_000);
  expect(html("a".repeat(300_000))).toContain('class="break"');
});
