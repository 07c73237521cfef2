// Where questions are written.
import { h, icon, fill } from "../dom";
import { t } from "../i18n";
import { draftOf, keepDraft, moveDraft } from "./drafts";
import { openChat } from "./open";

/** Whether a key sends: Enter alone, and not while Chinese is being composed. */
export function sends(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

let field: HTMLTextAreaElement | null = null;

/** Whether there is one in the page. */
export function focusComposer(): boolean {
  if (!field?.isConnected) return false;
  field.focus();
  return true;
}

export function composer(): HTMLElement {
  const input = h("textarea.composer-field", { rows: 1, "aria-label": t("ask"), autocomplete: "off" });
  field = input;
  const button = h("button.send", { type: "button" });
  const fit = (): void => {
    input.style.height = "auto";
    input.style.height = input.scrollHeight + "px";
  };
  const press = (): void => {
    const chat = openChat.get();
    if (chat.abort) return chat.stop();
    const text = input.value.trim();
    if (!text) return input.focus();
    input.value = "";
    keepDraft(chat, "");
    fit();
    void chat.ask(text);
  };
  const show = (): void => {
    const chat = openChat.get(), busy = chat.abort !== null;
    input.placeholder = t(chat.library === null ? "talkPlaceholder" : "askPlaceholder");
    if (button.dataset["busy"] === String(busy)) return;
    button.dataset["busy"] = String(busy);
    button.setAttribute("aria-label", t(busy ? "stop" : "send"));
    button.title = t(busy ? "stop" : "send");
    fill(button, icon(busy ? "stop" : "send"));
  };
  button.addEventListener("click", press);
  input.addEventListener("input", () => { fit(); keepDraft(openChat.get(), input.value); });
  input.addEventListener("keydown", (event) => {
    if (!sends(event)) return;
    event.preventDefault();
    if (!openChat.get().abort) press(); // Enter asks; it never stops an answer
  });
  const bar = h("div.composer", {}, input, button);
  openChat.show(bar, (chat) => {
    let { id } = chat;
    input.value = draftOf(chat);
    requestAnimationFrame(fit); // it has a width once it is in the page
    chat.changes.show(bar, () => {
      if (chat !== openChat.get()) return;
      show();
      if (id === chat.id) return;
      moveDraft(chat, id, input.value);
      id = chat.id;
    });
  });
  return bar;
}
