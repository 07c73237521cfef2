// A question in the chat, which can be edited and sent again.
import type { Message } from "../api/types";
import { fill, h, iconButton } from "../dom";
import { t } from "../i18n";
import { copy } from "../ui/copy";
import { sends } from "./composer";
import type { Conversation } from "./conversation";
import { offerUndo } from "./undo";

export function questionView(chat: Conversation, message: Message): HTMLElement {
  const article = h("article.question", {});
  const show = (): void => fill(article,
    h("h3", {}, h("span.hidden", {}, t("you") + ": "), message.content),
    h("div.actions", {}, iconButton("edit", t("edit"), edit), iconButton("copy", t("copy"), () => void copy(message.content))));
  const edit = (): void => {
    if (chat.abort) chat.stop();
    const input = h("textarea", { rows: 3, "aria-label": t("edit") });
    input.value = message.content;
    const send = (): void => {
      const text = input.value.trim();
      const index = chat.messages.indexOf(message);
      if (!text || index < 0) return show();
      offerUndo(chat, t("questionReplaced"), chat.edit(index, text));
    };
    input.addEventListener("keydown", (event) => {
      if (sends(event)) { event.preventDefault(); send(); }
      if (event.key === "Escape") { event.stopPropagation(); show(); }
    });
    const follows = chat.messages.length > chat.messages.indexOf(message) + 2;
    fill(article, h("div.edit", {}, input, follows && h("p.hint", {}, t("editNote")),
      h("div.row.end", {}, h("button.quiet", { type: "button", on: { click: show } }, t("cancel")),
        h("button.primary", { type: "button", on: { click: send } }, t("resend")))));
    input.focus();
  };
  show();
  return article;
}
