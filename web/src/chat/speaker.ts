// Says a growing answer to screen readers a sentence at a time: the element that shows it is redrawn too often for that.
import { h } from "../dom";
import { t } from "../i18n";
import { withoutMarks } from "./citations";
import type { Conversation } from "./conversation";

export class Speaker {
  readonly element = h("div.hidden", { role: "log", "aria-live": "polite" });
  private said = 0;
  private speaking = false;

  follow(chat: Conversation): void {
    const content = withoutMarks(chat.last?.role === "assistant" ? chat.last.content : "");
    if (chat.abort && !this.speaking) {
      this.speaking = true;
      this.said = 0;
      this.element.replaceChildren(h("p", {}, t("answering")));
    }
    if (!this.speaking) return;
    const rest = content.slice(this.said);
    const end = chat.abort ? Math.max(...[...rest.matchAll(/[.!?]\s|[。！？\n]/g)].map((m) => (m.index ?? 0) + (m[0]?.length ?? 0)), 0) : rest.length;
    if (end > 0) this.element.append(h("p", {}, rest.slice(0, end)));
    this.said += end;
    if (chat.abort) return;
    this.speaking = false;
    this.element.append(h("p", {}, t("answered")));
  }
}
