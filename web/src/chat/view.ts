// The chat as it is read: its questions and answers, or what to begin with.
import type { Message } from "../api/types";
import { fill, h } from "../dom";
import { t } from "../i18n";
import { beginning } from "./beginning";
import { AnswerView } from "./answer";
import { composer } from "./composer";
import type { Conversation } from "./conversation";
import { openChat } from "./open";
import { questionView } from "./question";
import { Speaker } from "./speaker";

interface View { element: HTMLElement; update: () => void }

const NEAR_PX = 120;

// Chats may have been written by other programs: what one message holds is no harm to the others.
function showSafely(message: Message, view: View): void {
  try {
    view.update();
  } catch (error) {
    reportError(error);
    fill(view.element, h("p.ending.failed", {}, t("unshowable")), h("p.prose", {}, message.content));
  }
}

export function chatView(): HTMLElement {
  const list = h("div.messages", {});
  const scroller = h("div.scroller", { tabindex: -1 }, list);
  const speaker = new Speaker();
  const root = h("section.chat", {}, scroller, speaker.element, composer());
  let views = new Map<Message, View>();
  let frame = 0;

  const viewOf = (chat: Conversation, message: Message): View => {
    if (message.role === "user") return { element: questionView(chat, message), update: () => undefined };
    const view = new AnswerView(chat, message);
    return { element: view.element, update: () => view.update() };
  };
  const draw = (chat: Conversation): void => {
    frame = 0;
    if (chat !== openChat.get()) return;
    const follows = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
    root.classList.toggle("empty", chat.messages.length === 0);
    if (chat.messages.length === 0) {
      views.clear();
      if (!list.querySelector(".beginning")) fill(list, beginning(chat));
      return;
    }
    const before = views;
    views = new Map(chat.messages.map((message) => [message, before.get(message) ?? viewOf(chat, message)]));
    const elements = [...views.values()].map((view) => view.element);
    if (elements.some((element, i) => list.children[i] !== element) || list.children.length !== elements.length) fill(list, elements);
    for (const [message, view] of views) showSafely(message, view);
    speaker.follow(chat);
    if (follows || elements.length > before.size) scroller.scrollTop = scroller.scrollHeight;
  };

  openChat.show(root, (chat) => {
    views.clear();
    list.replaceChildren();
    draw(chat);
    scroller.scrollTop = scroller.scrollHeight;
    chat.changes.show(root, () => { if (!frame) frame = requestAnimationFrame(() => draw(chat)); });
  });
  return root;
}
