// How an answer ended, in words.
import type { Message } from "../api/types";
import { t } from "../i18n";
import { inWords } from "../ui/failure";
import type { Conversation } from "./conversation";
import { soundDetails } from "./details";

/** Empty for an answer that is whole. */
export function endingWords(chat: Conversation, message: Message): string {
  const details = soundDetails(message.answer);
  switch (details?.ending) {
    case "stopped": return t("stopped");
    case "failed": return inWords(details.failure ?? { status: 500, code: "", detail: "" }, details.model);
    case "cut": return t(chat.last === message && chat.resumes ? "cutOff" : message.content ? "cutEarlier" : "noAnswer");
    default: return message.content ? "" : t("noAnswer");
  }
}
