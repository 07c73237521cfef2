// The kept chats: found, renamed, saved as a file, deleted.
import { chats } from "../api/chats";
import type { ChatSummary } from "../api/types";
import { fill, h, iconButton } from "../dom";
import { language, t } from "../i18n";
import { go, route } from "../route";
import { Store } from "../store";
import { askText } from "../ui/dialog";
import { toast, trying } from "../ui/toast";
import { saved } from "./conversation";
import { openChat, openNew } from "./open";

const summaries = new Store<ChatSummary[] | null>(null);
let query = "";

export async function refreshChats(): Promise<void> {
  summaries.set(await chats.list(query));
}

saved.subscribe(() => void refreshChats().catch(() => undefined));

async function rename(chat: ChatSummary): Promise<void> {
  const title = await askText(t("rename"), t("renameChat"), chat.title, t("save"));
  if (title === null) return;
  await trying(async () => {
    const open = openChat.get();
    if (open.id === chat.id) await open.rename(title);
    else await chats.save({ ...await chats.load(chat.id), title });
    await refreshChats();
  });
}

async function remove(chat: ChatSummary): Promise<void> {
  await trying(async () => {
    const whole = await chats.load(chat.id);
    await chats.remove(chat.id);
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
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void trying(refreshChats), 200);
  });
  const root = h("nav.chat-nav", { "aria-label": t("chats") }, search, list, empty);
  summaries.show(root, (all) => {
    if (all === null) return;
    fill(list, all.map(row));
    empty.textContent = all.length > 0 ? "" : t(query ? "noChatsFound" : "noChats");
    search.hidden = all.length === 0 && !query;
  });
  return root;
}
