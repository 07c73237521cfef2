// A library's own page: what is added to it, how far it is read, its files.
import { libraries } from "../api/libraries";
import type { Library } from "../api/types";
import { h, icon, iconButton, refill, type Child } from "../dom";
import { counted, number, t } from "../i18n";
import { serverWords } from "../i18n/server";
import { go } from "../route";
import { chosenLibrary } from "../settings/settings";
import { askText, confirm } from "../ui/dialog";
import { libraryName } from "../ui/names";
import { toast, trying } from "../ui/toast";
import { addFiles } from "./add";
import { progressLine } from "./progress";
import { foldersOf, libraryOf, refreshShelf, shelf, wasAsked, watchReading, watchShelf } from "./shelf";
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
    const library = list?.find((one) => one.name === name);
    const folders = library ? foldersOf(library) : [], missing = library?.missing_folders ?? [];
    const now = JSON.stringify([folders, missing]);
    if (before === now) return;
    before = now;
    refill(root, folders.length > 0 && h("h2", {}, t("folders")), h("ul", {}, folders.map((path) => h("li", {},
      icon("folder"), h("div.folder-name", {}, h("span.path", { title: path }, path),
        missing.includes(path) && h("p.wrong", {}, t("folderMissing"))),
      iconButton("close", t("removeFolder", { path }), () => void removeFolder(name, path), { "data-key": path })))));
  });
  return root;
}

// How many files there are, and where not all of them can be asked about, how they stand.
function factsOf({ documents, failed }: Library, rows: number, showFailed: () => void): Child[] {
  const out = Math.max(0, rows - documents - failed);
  if (failed === 0 && out === 0) return [counted("files", documents)];
  return [counted("files", documents + failed + out), " · ", t("countReady", { count: number(documents) }),
    failed > 0 && " · ", failed > 0 && h("button.link", { type: "button", "data-key": "failed", on: { click: showFailed } },
      t("countUnread", { count: number(failed) })),
    out > 0 && " · " + t("countLeftOut", { count: number(out) })];
}

function readyLine({ documents, failed }: Library, showFailed: () => void): HTMLElement {
  const failures = h("button.link", { type: "button", "data-key": "failures", on: { click: showFailed } }, t("showFailed"));
  if (documents === 0) return h("p", {}, counted("unreadable", failed), " ", failures);
  return h("p", {}, counted("readyToAsk", documents), failed > 0 && h("span", {}, " ", counted("unreadable", failed), " ", failures), " ", h("a", { href: "#/" }, t("askNow")));
}

/** How the library stands: how many files, what is wrong, whether it can be asked. */
function standing(name: string, table: FileTable): HTMLElement[] {
  const facts = h("p.lead", {}), problem = h("p.wrong", { role: "alert", hidden: true }), ready = h("div.ready", { role: "status" });
  const showFailed = (): void => table.showState("failed");
  let due = false, said = "", counts = ""; // due: that they are read is to be said
  const show = (): void => {
    const library = libraryOf(name);
    if (!library) return;
    const { documents, failed, indexing } = library, rows = table.total.get();
    const now = [documents, failed, rows].join();
    if (now !== counts) refill(facts, factsOf(library, rows, showFailed));
    counts = now;
    problem.hidden = library.problem === null;
    problem.textContent = t("libraryProblem", { problem: serverWords(library.problem ?? "") });
    due = !library.indexing_stopped && (indexing !== null || wasAsked(name) || due);
    const text = due && !indexing && documents + failed > 0 ? [documents, failed].join() : "";
    if (text === said) return;
    said = text;
    refill(ready, text !== "" && readyLine(library, showFailed));
  };
  shelf.show(ready, show);
  table.total.follow(ready, show);
  return [facts, problem, ready];
}

export function libraryPage(name: string): HTMLElement {
  const table = new FileTable(name), [facts, problem, ready] = standing(name, table);
  const actions = h("div.row", {},
    h("button.quiet", { type: "button", on: { click: () => void lookAgain(name) } }, t("readAgain")),
    h("button.quiet", { type: "button", on: { click: () => void deleteLibrary(name) } }, t("deleteLibrary")));
  shelf.show(actions, () => { actions.hidden = !libraryOf(name); }); // it is made when it is given its first file
  return h("section.library", {}, h("div.scroller", { tabindex: -1 }, h("div.library-body", {},
    h("header", {}, h("h1", {}, libraryName(name)), actions),
    facts, problem, addFiles(() => name), progressLine(name), ready, folderList(name), table.element)));
}
