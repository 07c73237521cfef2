// What an empty chat begins with: files to add where there are none, else first questions.
import { libraries } from "../api/libraries";
import { fill, h, refill } from "../dom";
import { language, t } from "../i18n";
import { addFiles } from "../library/add";
import { progressLine } from "../library/progress";
import { shelf } from "../library/shelf";
import type { Conversation } from "./conversation";

export function beginning(chat: Conversation): HTMLElement {
  const root = h("div.beginning", {});
  if (chat.library === null) {
    fill(root, h("h1", {}, t("welcomeTalk")), h("p.lead", {}, t("welcomeTalkText")));
    return root;
  }
  const name = chat.library;
  let shown = "";
  shelf.show(root, (list) => {
    if (list === null) return;
    const library = list.find((one) => one.name === name);
    const state = !library || (library.documents === 0 && !library.indexing && !library.indexing_stopped) ? "empty"
      : library.documents - library.failed > 0 && !library.indexing ? "ready" : "reading";
    if (state === shown) return;
    shown = state;
    if (state === "empty")
      fill(root, h("h1", {}, t("firstTitle")), h("p.lead", {}, t("firstText")), addFiles(() => name));
    else
      refill(root, h("h1", {}, t("welcome")), h("p.lead", {}, t("welcomeText")), progressLine(name), suggestions(chat, name));
  });
  return root;
}

function suggestions(chat: Conversation, name: string): HTMLElement {
  const root = h("section.suggestions", { hidden: true });
  libraries.suggestions(name, language()).then((questions) => {
    root.hidden = questions.length === 0;
    fill(root, h("h2", {}, t("perhaps")), h("ul", {}, questions.map((question) =>
      h("li", {}, h("button.suggestion", { type: "button", on: { click: () => void chat.ask(question) } }, question)))));
  }, () => undefined); // a courtesy: without it one asks by oneself
  return root;
}
