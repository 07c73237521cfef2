// The files of a library, with how each stands.
import { libraries } from "../api/libraries";
import type { LibraryFile } from "../api/types";
import { h, iconButton, refill } from "../dom";
import { bytes, has, t } from "../i18n";
import { serverWords } from "../i18n/server";
import { confirm } from "../ui/dialog";
import { toast, toastFailure, trying, type Action } from "../ui/toast";
import { Store } from "../store";
import { openSource } from "../source/source";
import { foldersOf, libraryOf, shelf, watchShelf } from "./shelf";

const PAGE = 100;
const STATES = ["current", "failed", "changed", "gone", "outdated", "excluded"];

export class FileTable {
  private readonly rows = h("tbody");
  private readonly empty = h("p.hint", { hidden: true });
  private readonly more = h("button.quiet", { type: "button", hidden: true, on: { click: () => void this.load(true) } }, t("showMore"));
  private readonly query = h("input", { type: "search", "aria-label": t("searchFiles"), placeholder: t("searchFiles"), on: { input: () => this.soon() } });
  private readonly state = h("select", { "aria-label": t("state"), on: { change: () => void this.load() } },
    h("option", { value: "" }, t("allStates")), STATES.map((state) => h("option", { value: state }, stateName(state))));
  private files: LibraryFile[] = [];
  private timer = 0;
  private asked = 0; // times; an answer to an earlier one comes too late
  private readonly filters = h("div.row.filters", {}, this.query, this.state);
  private readonly table = h("table", { "aria-label": t("files") }, h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, t("name")), h("th", { scope: "col" }, t("state")), h("th.number", { scope: "col" }, t("size")),
      h("th", { scope: "col" }, h("span.hidden", {}, t("actions"))))), this.rows);
  /** Its files, whatever is filtered. */
  readonly total = new Store(0);
  readonly element = h("section.files", {}, this.filters, this.table, this.empty, this.more);

  constructor(private readonly library: string) {
    let before = "";
    this.showEmpty();
    shelf.show(this.element, (list) => { // again whenever something was read
      const one = list?.find((library) => library.name === this.library);
      const now = one ? JSON.stringify([one.documents, one.failed, one.chunks, one.indexing === null, one.folders, one.missing_folders]) : "";
      if (now !== before && one) void this.load();
      if (list && !one) this.showEmpty();
      before = now;
    });
  }

  /** Shows the files of that state alone. */
  showState(state: string): void {
    this.query.value = "";
    this.state.value = state;
    void this.load();
    this.state.scrollIntoView({ block: "nearest" });
    this.state.focus({ preventScroll: true });
  }

  private get filtered(): boolean {
    return this.query.value !== "" || this.state.value !== "";
  }

  // What stands in the place of files where there are none.
  private showEmpty(): void {
    const none = this.files.length === 0, library = libraryOf(this.library);
    const nothing = none && !this.filtered;
    this.filters.hidden = this.table.hidden = nothing;
    this.empty.hidden = !none || shelf.get() === null;
    const word = this.filtered ? "noFilesFound" : library?.indexing ? "filesAreComing"
      : library && foldersOf(library).length > 0 ? "noFilesThere" : "noFilesYet";
    this.empty.textContent = t(word);
  }

  private soon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(), 200);
  }

  private async load(further = false): Promise<void> {
    const offset = further ? this.files.length : 0, turn = ++this.asked;
    try {
      const list = await libraries.files(this.library, this.query.value.trim(), this.state.value, offset, further ? PAGE : Math.max(PAGE, this.files.length));
      const all = this.filtered ? await libraries.files(this.library, "", "", 0, 1) : list;
      if (turn !== this.asked) return;
      this.total.set(all.total ?? 0);
      this.files = further ? [...this.files, ...list.data] : list.data;
      this.more.hidden = !list.has_more;
      refill(this.rows, this.files.map((file) => this.row(file)));
      this.showEmpty();
    } catch (error) {
      toastFailure(error);
    }
  }

  private async act(f: () => Promise<unknown>, said: string, undo?: Action): Promise<void> {
    if (!await trying(f)) return;
    toast(said, undo);
    watchShelf();
    await this.load();
  }

  private readAgain(file: LibraryFile): Promise<void> {
    return this.act(() => libraries.readFile(this.library, file), t("readAgainSoon", { name: file.name }));
  }

  private async remove(one: LibraryFile): Promise<void> {
    const { name, upload } = one;
    if (upload && !await confirm(t("deleteUpload", { name }), t("deleteUploadAsk"), t("delete"))) return;
    await this.act(() => libraries.removeFile(this.library, one), t(upload ? "uploadDeleted" : "fileRemoved", { name }),
      upload ? undefined : { label: t("undo"), run: () => void this.readAgain(one) });
  }

  private row(file: LibraryFile): HTMLElement {
    const { name, state, reason, upload } = file;
    const open = (): void => openSource({
      library: this.library, file: file.file, file_encoded: file.file_encoded, page: null, quote: "", span: null, url: null, time: null,
    });
    const shown = state === "failed" || state === "excluded" ? h("span.file-name", {}, name)
      : h("button.link.file-name", { type: "button", "data-key": "open " + file.file, on: { click: open } }, name);
    return h("tr", {},
      h("th", { scope: "row" }, shown,
        h("span.file-path", { title: file.file }, upload ? t("droppedHere") : file.file.slice(0, -name.length))),
      h("td", {}, h("span.state", { class: "state " + state }, stateName(state)), reason !== null && h("p.reason", { title: reason }, serverWords(reason))),
      h("td.number", {}, bytes(file.size)),
      h("td.row-actions", {},
        iconButton("again", t("readFileAgain", { name }), () => void this.readAgain(file), { "data-key": "again " + file.file }),
        state !== "excluded" && iconButton("trash", t(upload ? "deleteUpload" : "removeFile", { name }), () => void this.remove(file),
          { "data-key": "remove " + file.file })));
  }
}

function stateName(state: string): string {
  const word = "state_" + state;
  return has(word) ? t(word) : state;
}
