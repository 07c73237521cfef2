// How an answer ended, in words.
import type { AnswerDetails, Message } from "../api/types";
import { t } from "../i18n";
import { inWords } from "../ui/failure";
import { libraryName } from "../ui/names";
import type { Conversation } from "./conversation";
import { soundDetails } from "./details";

function failureWords(chat: Conversation, message: Message, { failure, model }: AnswerDetails): string {
  const code = failure?.code, questions = chat.messages.slice(0, chat.messages.indexOf(message)).filter(({ role }) => role === "user");
  if (code === "library_not_found" && chat.library !== null) return t("chatLibraryGone", { name: libraryName(chat.library) });
  if (code === "context_length_exceeded" && questions.length === 1) return t("questionTooLong");
  return inWords(failure ?? { status: 500, code: "", detail: "" }, model);
}

/** Empty for an answer that is whole. */
export function endingWords(chat: Conversation, message: Message): string {
  const details = soundDetails(message.answer);
  switch (details?.ending) {
    case "stopped": return t("stopped");
    case "failed": return failureWords(chat, message, details);
    case "cut": return t(chat.last === message && chat.resumes ? "cutOff" : message.content ? "cutEarlier" : "noAnswer");
    default: return !message.content ? t("noAnswer") : details?.length_reached ? t("lengthReached") : "";
  }
}
