// Why a library that was given something has nothing to answer from, in words, and what to do.
import type { Library } from "../api/types";
import { h } from "../dom";
import { counted, t } from "../i18n";
import { foldersOf } from "./shelf";

/** Of one that is read, and holds no file that could be. */
export function whyNothing(library: Library): HTMLElement {
  const there = foldersOf(library).filter((path) => !library.missing_folders.includes(path));
  const failed = library.failed > 0 && h("p", {}, counted("unreadable", library.failed), " ", h("a", { href: "#/files" }, t("seeWhy")));
  const empty = !failed && there.map((path) => h("p", {}, t("nothingFound", { path })));
  return h("div.nothing", { role: "status" }, failed, empty,
    library.missing_folders.map((path) => h("p", {}, t("folderNotThere", { path }))), h("p.hint", {}, t("nothingAdvice")));
}
