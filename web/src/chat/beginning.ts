// What an empty chat begins with: files to add where there are none, else first questions.
import { libraries } from "../api/libraries";
import type { Library } from "../api/types";
import { fill, h, refillOr, type Child } from "../dom";
import { language, t } from "../i18n";
import { addFiles } from "../library/add";
import { progressLine } from "../library/progress";
import { foldersOf, shelf } from "../library/shelf";
import { whyNothing } from "../library/unread";
import { focusComposer } from "./composer";
import type { Conversation } from "./conversation";

type State = "first" | "nothing" | "reading" | "ready";

function stateOf(library: Library | undefined): State {
  if (!library) return "first";
  if (library.indexing) return "reading";
  if (library.documents > 0) return "ready";
  if (library.indexing_stopped) return "reading";
  return library.failed > 0 || foldersOf(library).length > 0 ? "nothing" : "first";
}

export function beginning(chat: Conversation): HTMLElement {
  const root = h("div.beginning", { tabindex: -1 });
  if (chat.library === null) {
    fill(root, h("h1", {}, t("welcomeTalk")), h("p.lead", {}, t("welcomeTalkText")));
    return root;
  }
  const name = chat.library;
  const content = (state: State, library: Library | undefined): Child[] => {
    if (state === "first") return [h("h1", {}, t("firstTitle")), h("p.lead", {}, t("firstText")), addFiles(() => name)];
    if (state === "nothing" && library) return [h("h1", {}, t("nothingTitle")), whyNothing(library), addFiles(() => name)];
    return [h("h1", {}, t("welcome")), h("p.lead", {}, t("welcomeText")), progressLine(name), suggestions(chat, name)];
  };
  // Whoever just added a folder may press Enter once more: not on what stops its reading.
  const refocus = (): void => {
    if (!window.matchMedia("(hover: hover)").matches || !focusComposer()) root.focus({ preventScroll: true });
  };
  let shown = "", before: State = "first";
  shelf.show(root, (list) => {
    if (list === null) return;
    const library = list.find((one) => one.name === name), state = stateOf(library), was = before;
    before = state;
    if (state === "nothing" && was === "reading") return; // its files may have come while the list was made: the next one knows
    const now = state + (state === "nothing" && library ? JSON.stringify([library.failed, library.folders, library.missing_folders]) : "");
    if (now === shown) return;
    shown = now;
    refillOr(refocus, root, content(state, library));
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
