// A library's own page: what is added to it, how far it is read, its files.
import { libraries } from "../api/libraries";
import { fill, h, icon, iconButton, refill } from "../dom";
import { counted, t } from "../i18n";
import { go } from "../route";
import { chosenLibrary } from "../settings/settings";
import { askText, confirm } from "../ui/dialog";
import { libraryName } from "../ui/names";
import { toast, trying } from "../ui/toast";
import { addFiles } from "./add";
import { progressLine } from "./progress";
import { refreshShelf, shelf, wasAsked, watchReading, watchShelf } from "./shelf";
import { FileTable } from "./table";

export async function newLibrary(): Promise<void> {
  const name = await askText({ title: t("newLibrary"), label: t("libraryName"), done: t("create"), hint: t("libraryNameHint") });
  if (name === null) return;
  await trying(async () => {
    await libraries.create(name);
    await refreshShelf();
    chosenLibrary.set(name);
    go("files");
  });
}

async function deleteLibrary(name: string): Promise<void> {
  if (!await confirm(t("deleteLibrary"), t("deleteLibraryAsk", { name: libraryName(name) }), t("delete"))) return;
  await trying(async () => {
    await libraries.remove(name);
    await refreshShelf();
    go("");
  });
}

async function removeFolder(name: string, path: string): Promise<void> {
  const back = (): void => void trying(() => libraries.addFolder(name, path)).then(() => watchReading(name));
  if (await trying(() => libraries.removeFolder(name, path))) toast(t("folderRemoved", { path }), { label: t("undo"), run: back });
  watchShelf();
}

async function lookAgain(name: string): Promise<void> {
  if (await trying(() => libraries.read(name))) toast(t("readingAgain"));
  watchReading(name);
}

function folderList(name: string): HTMLElement {
  const root = h("section.folders", {});
  let before = "";
  shelf.show(root, (list) => {
    const folders = (list?.find((library) => library.name === name)?.folders ?? [])
      .filter((path) => !path.endsWith("/lectern/uploads/" + name)); // where files go that were dropped: they are in the table
    if (before === folders.join("\n")) return;
    before = folders.join("\n");
    refill(root, folders.length > 0 && h("h2", {}, t("folders")), h("ul", {}, folders.map((path) => h("li", {},
      icon("folder"), h("span.path", { title: path }, path),
      iconButton("close", t("removeFolder", { path }), () => void removeFolder(name, path), { "data-key": path })))));
  });
  return root;
}

export function libraryPage(name: string): HTMLElement {
  const facts = h("p.lead", {});
  const problem = h("p.wrong", { role: "alert", hidden: true });
  const ready = h("div.ready", { role: "status" });
  let due = false, said = ""; // that they are read
  const root = h("section.library", {}, h("div.scroller", { tabindex: -1 }, h("div.library-body", {},
    h("header", {}, h("h1", {}, libraryName(name)),
      h("div.row", {},
        h("button.quiet", { type: "button", on: { click: () => void lookAgain(name) } }, t("readAgain")),
        h("button.quiet", { type: "button", on: { click: () => void deleteLibrary(name) } }, t("deleteLibrary")))),
    facts, problem, addFiles(() => name), progressLine(name), ready, folderList(name), new FileTable(name).element)));
  shelf.show(root, (list) => {
    const library = list?.find((one) => one.name === name);
    if (!library) return;
    fill(facts, counted("files", library.documents));
    problem.hidden = library.problem === null;
    problem.textContent = t("libraryProblem", { problem: library.problem ?? "" });
    const busy = library.indexing !== null, good = library.documents - library.failed;
    due = !library.indexing_stopped && (busy || wasAsked(name) || due);
    const text = due && !busy && good > 0 ? counted("readyToAsk", good) : "";
    if (text === said) return;
    said = text;
    fill(ready, text !== "" && h("p", {}, text, " ", h("a", { href: "#/" }, t("askNow"))));
  });
  return root;
}
