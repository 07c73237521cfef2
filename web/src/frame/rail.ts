// The left side: new chat, which library answers, kept chats, settings. A drawer on a phone.
import { chatList } from "../chat/list";
import { focusComposer } from "../chat/composer";
import { openNew } from "../chat/open";
import { fill, h, icon, iconButton } from "../dom";
import { counted, t } from "../i18n";
import { newLibrary } from "../library/page";
import { shelf } from "../library/shelf";
import { go, route } from "../route";
import { openSettings } from "../settings/dialog";
import { chosenLibrary, NO_LIBRARY } from "../settings/settings";
import { libraryName } from "../ui/names";

const NEW = "//";

function libraryPicker(): HTMLElement {
  const select = h("select", { id: "library" });
  select.addEventListener("change", () => {
    if (select.value === NEW) {
      select.value = chosenLibrary.get();
      void newLibrary();
    } else {
      chosenLibrary.set(select.value);
    }
  });
  const facts = h("a.library-facts", { href: "#/files" });
  const root = h("div.library-picker", {}, h("label", { for: "library" }, t("answersFrom")), select, facts);
  const show = (): void => {
    const list = shelf.get() ?? [], chosen = chosenLibrary.get();
    const names = list.map((library) => library.name);
    if (chosen !== NO_LIBRARY && !names.includes(chosen)) names.unshift(chosen);
    const state = [...names, chosen].join("\n");
    if (select.dataset["state"] !== state) {
      select.dataset["state"] = state;
      fill(select, names.map((name) => h("option", { value: name, selected: name === chosen }, libraryName(name))),
        h("option", { value: NO_LIBRARY, selected: chosen === NO_LIBRARY }, t("noFiles")), h("option", { value: NEW }, t("newLibrary") + "…"));
    }
    const library = list.find((one) => one.name === chosen);
    facts.hidden = chosen === NO_LIBRARY;
    const done = library?.indexing?.total ? Math.floor(100 * library.indexing.done / library.indexing.total) + " %" : "";
    fill(facts, icon("folder"), h("span", {}, library && library.documents > 0 ? counted("files", library.documents) : t("files")),
      library?.indexing && h("span.working", {}, done || "…"));
  };
  shelf.show(root, show);
  chosenLibrary.show(root, show);
  return root;
}

export function rail(close: () => void): HTMLElement {
  const begin = (): void => { openNew(); go(""); close(); focusComposer(); };
  const root = h("aside.rail", { id: "rail" },
    h("header.rail-head", {}, h("a.wordmark", { href: "#/" }, "Lectern"), iconButton("close", t("close"), close, { class: "icon-button rail-close" })),
    h("button.new-chat", { type: "button", on: { click: begin } }, icon("plus"), t("newChat")),
    libraryPicker(), chatList(),
    h("footer.rail-foot", {}, h("button.quiet", { type: "button", on: { click: openSettings } }, icon("gear"), t("settings"))));
  root.addEventListener("click", (event) => { if ((event.target as Element).closest("a")) close(); });
  route.subscribe(close);
  return root;
}
