// An answer in the chat: as it comes, and when it is whole with its sources.
import type { AnswerDetails, Message } from "../api/types";
import { fill, h, iconButton, type Child } from "../dom";
import { t } from "../i18n";
import { openSettings } from "../settings/dialog";
import { answeringModel, isLoaded } from "../settings/shelf";
import { copy } from "../ui/copy";
import { chip, notes } from "./chips";
import { renderCited, withoutMarks, type Mark } from "./citations";
import { highlightCode } from "./code";
import type { Conversation } from "./conversation";
import { citing, soundDetails } from "./details";
import { endingWords } from "./ending";
import { figuresTable } from "./figures";
import { setFormulas } from "./formulas";
import { offerUndo } from "./undo";

export class AnswerView {
  private readonly body = h("div.prose", {});
  private readonly foot = h("div.answer-foot", {});
  readonly element = h("article.answer", { "aria-label": t("answer") }, this.body, this.foot);
  private shown = "";
  private marks: Mark[] = [];

  constructor(private readonly chat: Conversation, private readonly message: Message) {}

  update(): void {
    const writing = this.chat.written === this.message;
    const { content } = this.message, answer = soundDetails(this.message.answer);
    const state = JSON.stringify([content, writing, answer?.ending, this.chat.last === this.message, answer?.citations?.length]);
    if (state === this.shown) return;
    this.shown = state;
    this.element.classList.toggle("writing", writing);
    this.element.setAttribute("aria-busy", String(writing));
    this.showBody(content, writing);
    if (writing) fill(this.foot);
    else this.showFoot(answer ?? { ending: "whole" });
  }

  private showBody(content: string, writing: boolean): void {
    if (writing && content === "")
      return fill(this.body, h("p.waiting-line", {}, this.waitingFor()));
    const { library } = this.chat;
    const { fragment, marks } = renderCited(content, citing(library, this.message), (mark) => chip(mark, library));
    this.marks = marks;
    setFormulas(fragment);
    if (!writing) highlightCode(fragment);
    this.body.replaceChildren(fragment);
  }

  private waitingFor(): string {
    if (!isLoaded(answeringModel())) return t("loadingModel", { model: answeringModel() });
    return t(this.chat.library === null ? "thinking" : "reading");
  }

  private showFoot(details: AnswerDetails): void {
    const said = endingWords(this.chat, this.message);
    const figures = h("div", { hidden: true }, figuresTable(details));
    const last = this.chat.last === this.message;
    const toggle = (): void => {
      figures.hidden = !figures.hidden;
      button.setAttribute("aria-expanded", String(!figures.hidden));
    };
    const button = iconButton("figures", t("figures"), toggle, { "aria-expanded": "false" });
    fill(this.foot,
      said && h("p.ending", { class: "ending " + details.ending, role: details.ending === "failed" ? "alert" : null }, said, this.waysOn(details)),
      this.chat.library !== null && notes(details, this.chat.library),
      h("div.actions", {},
        iconButton("copy", t("copy"), () => void copy(withoutMarks(this.message.content, this.marks))),
        last && iconButton("again", t("again"), () => this.again()),
        (details.figures || details.model) && button),
      figures);
  }

  // Of an answer that was cut at its length.
  private waysOn({ ending, length_reached }: AnswerDetails): Child[] {
    if (ending !== "whole" || !length_reached || this.message.content === "") return [];
    const { chat } = this;
    const goesOn = chat.library === null && chat.last === this.message; // a library is searched anew for each question
    return [" ", h("button.link", { type: "button", on: { click: openSettings } }, t("changeLength")), goesOn && " ",
      goesOn && h("button.link", { type: "button", on: { click: () => void chat.ask(t("goOnQuestion")) } }, t("goOnAnswer"))];
  }

  private again(): void {
    offerUndo(this.chat, t("answerReplaced"), this.chat.again());
  }
}
