// The kept chats: found, renamed, saved as a file, deleted.
import { chats } from "../api/chats";
import type { ChatSummary, StoredChat } from "../api/types";
import { fill, h, iconButton } from "../dom";
import { language, t } from "../i18n";
import { go, route } from "../route";
import { Store } from "../store";
import { askText } from "../ui/dialog";
import { toast, trying } from "../ui/toast";
import { saved } from "./keeping";
import { liveChat, openChat, openNew } from "./open";

interface Shown { chats: ChatSummary[]; more: boolean }

const PAGE = 100, MOST_AT_ONCE = 1000; // the API's limit
const MOST_TITLE = 250; // characters, the API's limit too
const shown = new Store<Shown | null>(null);
let query = "", wanted = PAGE;
let asked = 0; // times: an answer that was overtaken is dropped

/** As many as are wanted, newest first. */
export async function refreshChats(): Promise<void> {
  const turn = ++asked, found: ChatSummary[] = [];
  let more = true;
  while (more && found.length < wanted) {
    const list = await chats.list(query, Math.min(wanted - found.length, MOST_AT_ONCE), found.length);
    found.push(...list.data);
    more = (list.has_more ?? false) && list.data.length > 0;
  }
  if (turn === asked) shown.set({ chats: found, more });
}

function refreshQuietly(): void {
  void refreshChats().catch(() => undefined);
}

saved.subscribe(refreshQuietly);

// Where it fails the list may be an old one.
async function changing(f: () => Promise<void>): Promise<void> {
  if (!await trying(f)) refreshQuietly();
}

async function rename(chat: ChatSummary): Promise<void> {
  const title = await askText({ title: t("rename"), label: t("renameChat"), value: chat.title, done: t("save"), most: MOST_TITLE });
  if (title === null) return;
  await changing(async () => {
    const live = liveChat(chat.id);
    if (live) await live.rename(title);
    else await chats.save({ ...await chats.load(chat.id), title });
    await refreshChats();
  });
}

// What it was, with as much as there was of an answer that was being written.
async function removed(id: string): Promise<StoredChat> {
  const live = liveChat(id);
  try {
    await live?.discard();
    const whole = await chats.load(id);
    await chats.remove(id);
    return whole;
  } catch (error) {
    live?.goOn();
    throw error;
  }
}

async function remove(chat: ChatSummary): Promise<void> {
  await changing(async () => {
    const whole = await removed(chat.id);
    if (openChat.get().id === chat.id) { openNew(); go(""); }
    await refreshChats();
    const back = async (): Promise<void> => {
      await chats.create({ title: whole.title, library: whole.library, messages: whole.messages });
      await refreshChats();
    };
    toast(t("chatDeleted", { title: chat.title || t("unnamed") }), { label: t("undo"), run: () => void trying(back) });
  });
}

async function save(chat: ChatSummary): Promise<void> {
  await trying(async () => {
    const address = URL.createObjectURL(await chats.markdown(chat.id, language()));
    const name = (chat.title || t("unnamed")).replace(/[\\/:*?"<>|\u0000-\u001f]+/g, " ").trim().slice(0, 80);
    h("a", { href: address, download: name + ".md" }).click();
    window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
}

function row(chat: ChatSummary): HTMLElement {
  const title = chat.title || t("unnamed");
  const link = h("a.chat-link", { href: "#/chat/" + encodeURIComponent(chat.id), title }, title);
  const item = h("li", {}, link, h("div.chat-actions", { role: "group", "aria-label": t("chatActions", { title }) },
    iconButton("edit", t("rename"), () => void rename(chat)),
    iconButton("save", t("export"), () => void save(chat)),
    iconButton("trash", t("delete"), () => void remove(chat))));
  const show = (): void => {
    const here = route.get().view === "chat" && openChat.get().id === chat.id;
    item.classList.toggle("here", here);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  };
  openChat.show(item, show);
  route.show(item, show);
  return item;
}

export function chatList(): HTMLElement {
  const list = h("ul.chats"), empty = h("p.hint");
  let timer = 0;
  const search = h("input", { type: "search", value: query, placeholder: t("searchChats"), "aria-label": t("searchChats") });
  search.addEventListener("input", () => {
    query = search.value.trim();
    wanted = PAGE;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void trying(refreshChats), 200);
  });
  const more = h("button.link", { type: "button", hidden: true, on: { click: () => { wanted += PAGE; void trying(refreshChats); } } }, t("olderChats"));
  const root = h("nav.chat-nav", { "aria-label": t("chats") }, search, h("div.chats-frame", {}, list, more), empty);
  shown.show(root, (now) => {
    if (now === null) return;
    const all = now.chats;
    fill(list, all.map(row));
    more.hidden = !now.more;
    empty.textContent = all.length > 0 ? "" : t(query ? "noChatsFound" : "noChats");
    search.hidden = all.length === 0 && !query;
  });
  return root;
}
