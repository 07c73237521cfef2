// The chat that is shown, and those that are still being answered behind it.
import { chats } from "../api/chats";
import { chosenLibrary, chosenLibraryOrNone } from "../settings/settings";
import { Store } from "../store";
import { Conversation } from "./conversation";

const busy = new Set<Conversation>();

export const openChat = new Store<Conversation>(new Conversation(chosenLibraryOrNone()));

function keepIfBusy(): void {
  const chat = openChat.get();
  if (chat.abort) busy.add(chat);
  for (const other of busy) if (!other.abort) busy.delete(other);
}

export function openNew(): void {
  keepIfBusy();
  openChat.set(new Conversation(chosenLibraryOrNone()));
}

/** The chat of that name, if it is shown or being answered here. */
export function liveChat(id: string): Conversation | undefined {
  return [openChat.get(), ...busy].find((chat) => chat.id === id);
}

/** `wanted`: whether it still is, once it has come. */
export async function openStored(id: string, wanted: () => boolean): Promise<void> {
  if (openChat.get().id === id) return;
  keepIfBusy();
  const chat = [...busy].find((one) => one.id === id) ?? Conversation.of(await chats.load(id));
  if (!wanted()) return;
  keepIfBusy(); // what was asked meanwhile
  openChat.set(chat);
}

// A chat that has begun stays with its library; an empty one goes with the choice.
chosenLibrary.subscribe(() => {
  if (openChat.get().messages.length === 0) openNew();
});
