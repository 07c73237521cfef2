// The chat that is shown, and those behind it that are still being answered or stored.
import { chats } from "../api/chats";
import { chosenLibrary, chosenLibraryOrNone } from "../settings/settings";
import { Store } from "../store";
import { Conversation } from "./conversation";

const unfinished = new Set<Conversation>();

export const openChat = new Store<Conversation>(new Conversation(chosenLibraryOrNone()));

function keepUnfinished(): void {
  unfinished.add(openChat.get());
  for (const chat of unfinished) if (chat.finished) unfinished.delete(chat);
}

export function openNew(): void {
  keepUnfinished();
  openChat.set(new Conversation(chosenLibraryOrNone()));
}

/** The chat of that name, if it is shown, being answered or being stored here. */
export function liveChat(id: string): Conversation | undefined {
  return [openChat.get(), ...unfinished].find((chat) => chat.id === id);
}

/** `wanted`: whether it still is, once it has come. */
export async function openStored(id: string, wanted: () => boolean): Promise<void> {
  if (openChat.get().id === id) return;
  keepUnfinished();
  const chat = [...unfinished].find((one) => one.id === id) ?? Conversation.of(await chats.load(id));
  if (!wanted()) return;
  keepUnfinished(); // what was asked meanwhile
  openChat.set(chat);
}

/** Where the chat was opened anew meanwhile, `chat` is shown instead, which knows what was just done. */
export function showInstead(chat: Conversation): void {
  const open = openChat.get();
  if (open !== chat && open.id === chat.id && open.id !== null && open.finished) openChat.set(chat);
}

// A chat that has begun stays with its library; an empty one goes with the choice.
chosenLibrary.subscribe(() => {
  if (openChat.get().messages.length === 0) openNew();
});
