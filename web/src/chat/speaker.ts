// Says a growing answer to screen readers a sentence at a time: the element that shows it is redrawn too often for that.
import type { Message } from "../api/types";
import { h } from "../dom";
import { t } from "../i18n";
import { renderCited, withoutMarks } from "./citations";
import type { Conversation } from "./conversation";
import { citing } from "./details";
import { endingWords } from "./ending";

export class Speaker {
  readonly element = h("div.hidden", { role: "log", "aria-live": "polite" });
  private said = 0;
  private speaking = false;
  private chat: Conversation | null = null;
  private message: Message | null = null;

  follow(chat: Conversation): void {
    if (chat !== this.chat) this.speaking = false;
    this.chat = chat;
    if (chat.written && !(this.speaking && this.message === chat.written)) {
      this.speaking = true;
      this.message = chat.written;
      this.said = 0;
      this.element.replaceChildren(h("p", {}, t("answering")));
    }
    if (!this.speaking || !this.message) return;
    const rest = this.message.content.slice(this.said);
    const end = chat.written ? Math.max(...[...rest.matchAll(/[.!?]\s|[。！？\n]/g)].map((m) => (m.index ?? 0) + (m[0]?.length ?? 0)), 0) : rest.length;
    if (end > 0) this.element.append(h("p", {}, this.words(chat, this.message, this.said + end)));
    this.said += end;
    if (chat.written) return;
    this.speaking = false;
    this.element.append(h("p", {}, endingWords(chat, this.message) || t("answered")));
  }

  private words({ library }: Conversation, message: Message, end: number): string {
    const { marks } = renderCited(message.content, citing(library, message), () => document.createTextNode(""));
    return withoutMarks(message.content, marks, this.said, end);
  }
}
