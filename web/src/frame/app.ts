// The page's frame: rail, sheet, source; which view is on the sheet.
import { chatView } from "../chat/view";
import { focusComposer } from "../chat/composer";
import { openChat, openNew, openStored } from "../chat/open";
import { saved } from "../chat/keeping";
import { refreshChats } from "../chat/list";
import { fill, h, iconButton } from "../dom";
import { language, t } from "../i18n";
import { libraryPage } from "../library/page";
import { sendingBox } from "../library/sending";
import { renameRoute, route, go } from "../route";
import { chosenLibrary, chosenLibraryOrNone, DEFAULT_LIBRARY } from "../settings/settings";
import { sourcePanel } from "../source/panel";
import { closeSource, shownSource } from "../source/source";
import { toastArea, trying } from "../ui/toast";
import { banner } from "./banner";
import { rail } from "./rail";

async function show(sheet: HTMLElement): Promise<void> {
  const asked = route.get(), { view, id } = asked;
  if (view === "files") {
    closeSource();
    return fill(sheet, libraryPage(chosenLibraryOrNone() ?? DEFAULT_LIBRARY));
  }
  if (id !== null) {
    const opened = await trying(() => openStored(id, () => route.get() === asked));
    if (route.get() !== asked) return; // one went on meanwhile
    if (!opened) {
      void refreshChats().catch(() => undefined); // the list may still have it
      return go("");
    }
  } else if (openChat.get().messages.length > 0) {
    openNew();
  }
  fill(sheet, chatView());
  if (window.matchMedia("(hover: hover)").matches) focusComposer(); // a phone's keyboard would cover the page
}

export function app(root: Element): void {
  document.documentElement.lang = language() === "zh" ? "zh-Hans" : "en";
  const sheet = h("main.sheet", { id: "sheet", tabindex: -1 });
  const menu = iconButton("menu", t("menu"), () => open(true), { "aria-controls": "rail", "aria-expanded": "false" });
  const open = (is: boolean): void => {
    document.documentElement.classList.toggle("with-rail", is);
    menu.setAttribute("aria-expanded", String(is));
    if (is) side.querySelector<HTMLElement>(".rail-close")?.focus();
  };
  const close = (): void => {
    if (document.documentElement.classList.contains("with-rail")) { open(false); menu.focus(); }
  };
  const side = rail(close);
  const title = h("span.bar-title", {}, "Lectern");
  const bar = h("header.bar", {}, menu, title, iconButton("plus", t("newChat"), () => { openNew(); go(""); }));
  fill(root, h("a.skip", { href: "#sheet", on: { click: (event: Event) => { event.preventDefault(); if (!focusComposer()) sheet.focus(); } } }, t("skipToChat")),
    banner(), h("div.desk", {}, side, h("div.shade", { on: { click: close } }), h("div.middle", {}, bar, sendingBox(), sheet), sourcePanel()), toastArea());
  route.show(sheet, () => void show(sheet));
  chosenLibrary.follow(sheet, () => { if (route.get().view === "files") void show(sheet); });
  const name = (): void => {
    const shown = route.get().view === "files" ? t("files") : openChat.get().title;
    title.textContent = shown || "Lectern";
    document.title = shown ? shown + " · Lectern" : "Lectern";
  };
  openChat.show(title, (chat) => chat.changes.show(title, name));
  route.show(title, name);
}

// A new chat gets its address once it is stored, and so does one that is kept anew.
saved.subscribe((chat) => {
  const { view, id } = route.get();
  if (chat?.id && view === "chat" && id !== chat.id && openChat.get() === chat) {
    renameRoute("chat/" + encodeURIComponent(chat.id));
    route.get().id = chat.id;
  }
});

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
  if (event.key === "/" && !typing && !document.querySelector("dialog")) {
    if (focusComposer()) event.preventDefault();
  }
  if (event.key !== "Escape" || document.querySelector("dialog")) return;
  if (openChat.get().abort) openChat.get().stop();
  else if (shownSource.get()) closeSource();
  document.documentElement.classList.remove("with-rail");
});
