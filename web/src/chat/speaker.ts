// Says a growing answer to screen readers a sentence at a time: the element that shows it is redrawn too often for that.
import type { Message } from "../api/types";
import { h } from "../dom";
import { t } from "../i18n";
import { withoutMarks } from "./citations";
import type { Conversation } from "./conversation";
import { endingWords } from "./ending";

export class Speaker {
  readonly element = h("div.hidden", { role: "log", "aria-live": "polite" });
  private said = 0;
  private speaking = false;
  private message: Message | null = null;

  follow(chat: Conversation): void {
    if (chat.written && !this.speaking) {
      this.speaking = true;
      this.message = chat.written;
      this.said = 0;
      this.element.replaceChildren(h("p", {}, t("answering")));
    }
    if (!this.speaking || !this.message) return;
    const rest = withoutMarks(this.message.content).slice(this.said);
    const end = chat.written ? Math.max(...[...rest.matchAll(/[.!?]\s|[。！？\n]/g)].map((m) => (m.index ?? 0) + (m[0]?.length ?? 0)), 0) : rest.length;
    if (end > 0) this.element.append(h("p", {}, rest.slice(0, end)));
    this.said += end;
    if (chat.written) return;
    this.speaking = false;
    this.element.append(h("p", {}, endingWords(chat, this.message) || t("answered")));
  }
}
