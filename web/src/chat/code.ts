// Code in answers: coloured, with its language and a button that copies it.
import DOMPurify from "dompurify";
import { h } from "../dom";
import { t } from "../i18n";
import { copy } from "../ui/copy";

let highlighter: typeof import("./languages") | null = null;

async function colour(code: HTMLElement, language: string): Promise<void> {
  highlighter ??= await import("./languages");
  const html = highlighter.coloured(language, code.textContent ?? "");
  if (html !== null)
    code.replaceChildren(DOMPurify.sanitize(html, { ALLOWED_TAGS: ["span"], ALLOWED_ATTR: ["class"], RETURN_DOM_FRAGMENT: true }));
}

export function highlightCode(root: ParentNode): void {
  for (const code of root.querySelectorAll<HTMLElement>("pre > code")) {
    const language = /^language-([\w+#-]{1,20})$/.exec(code.className)?.[1] ?? "";
    const block = code.parentElement as HTMLElement;
    block.tabIndex = 0; // it may scroll
    const button = h("button.link", { type: "button", on: { click: () => void copy(code.textContent ?? "") } }, t("copy"));
    const frame = h("figure.code", {}, h("figcaption", {}, h("span", {}, language || t("code")), button));
    block.replaceWith(frame);
    frame.append(block);
    if (language) void colour(code, language);
  }
}
