// From a model's Markdown to elements. The words are hostile: HTML in them is shown as text, what Markdown makes of the
// rest goes through DOMPurify, pictures become their description, and links lead to http, https and mailto alone.
import DOMPurify from "dompurify";
import { marked, type Extension, type Token } from "marked";
import { t } from "../i18n";

const TAGS = ["p", "br", "strong", "em", "del", "code", "pre", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5",
  "h6", "hr", "a", "table", "thead", "tbody", "tr", "th", "td", "span", "input"];
const LINK = /^(?:https?|mailto):/i;
const ATTRIBUTES = ["href", "class", "start", "align", "type", "checked", "disabled"];

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** `start` finds where one may begin, behind its first group; `whole` takes one from there. No formula has a blank line. */
function formula(name: string, level: "block" | "inline", start: RegExp, whole: RegExp, display = level): Extension {
  return {
    name, level,
    start: (source) => { const found = start.exec(source); return found ? found.index + (found[1]?.length ?? 0) : undefined; },
    tokenizer: (source) => {
      const found = whole.exec(source);
      return found ? { type: name, raw: found[0] ?? "", tex: (found[1] ?? found[2] ?? "").trim() } : undefined;
    },
    renderer: (token: Token) => `<span class="math math-${display}">${escaped(String(token["tex"]))}</span>`,
  };
}

const DISPLAY = /^(?:\$\$((?:(?!\$\$|\n[ \t]*\n)[\s\S])+)\$\$|\\\[((?:(?!\\\]|\n[ \t]*\n)[\s\S])+)\\\])/;

marked.use({
  extensions: [
    formula("mathBlock", "block", /(^|\n)(?=\$\$|\\\[)/, new RegExp(DISPLAY.source + "[ \\t]*(?:\\n|$)")),
    formula("mathDisplay", "inline", /()(?:\$\$|\\\[)/, DISPLAY, "block"), // within a line
    // "$5 and $6" is money: no space inside the dollars, no digit behind them
    formula("mathInline", "inline", /()(?:\$|\\\()/, /^(?:\$((?:[^\s$\\]|\\.)(?:(?:[^$\\\n]|\\.)*?(?:[^\s$\\]|\\.))?)\$(?!\d)|\\\((.+?)\\\))/),
  ],
  renderer: {
    html: (html = "") => escaped(html),
    image: (_href = "", _title = "", text = "") => `<em>${escaped(t("picture", { text }))}</em>`,
  },
});

/** Code and formulas are as they were written: code.ts and formulas.ts draw them. */
export function renderMarkdown(source: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(marked.parse(source, { gfm: true, headerIds: false, mangle: false }), {
    ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ATTRIBUTES, ALLOW_DATA_ATTR: false, RETURN_DOM_FRAGMENT: true,
  });
  // Not by ALLOWED_URI_REGEXP: DOMPurify holds every attribute against it, and goes on doing so in later calls.
  for (const element of fragment.querySelectorAll("[href]"))
    if (!element.matches("a") || !LINK.test(element.getAttribute("href") ?? "")) element.removeAttribute("href");
  for (const input of fragment.querySelectorAll("input")) {
    if (input.type !== "checkbox") { input.remove(); continue; }
    input.disabled = true;
    input.setAttribute("aria-label", t(input.checked ? "taskDone" : "taskOpen"));
    input.closest("li")?.setAttribute("class", "task");
  }
  for (const link of fragment.querySelectorAll<HTMLAnchorElement>("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    link.title = link.href;
  }
  for (const element of fragment.querySelectorAll("[class]"))
    if (!element.matches("span.math, code, li.task")) element.removeAttribute("class");
  for (const table of fragment.querySelectorAll("table")) { // scrolls by itself where it is wide
    const frame = document.createElement("div");
    frame.className = "wide";
    frame.tabIndex = 0;
    table.replaceWith(frame);
    frame.append(table);
  }
  return fragment;
}
