// What was typed and not yet asked, for each chat: it outlives a look elsewhere and a reload.
import type { Conversation } from "./conversation";

const NAME = "lectern.draft/"; // and a chat's name, of which the new one has none

function keyOf(chat: Conversation): string {
  return NAME + (chat.id ?? "");
}

export function draftOf(chat: Conversation): string {
  return sessionStorage.getItem(keyOf(chat)) ?? "";
}

export function keepDraft(chat: Conversation, text: string): void {
  if (text) sessionStorage.setItem(keyOf(chat), text);
  else sessionStorage.removeItem(keyOf(chat));
}

/** `chat` was called `id` when the draft was kept, and has another name now. */
export function moveDraft(chat: Conversation, id: string | null, text: string): void {
  sessionStorage.removeItem(NAME + (id ?? ""));
  keepDraft(chat, text);
}
