// The files of a library, with how each stands.
import { libraries } from "../api/libraries";
import type { LibraryFile } from "../api/types";
import { fill, h, iconButton } from "../dom";
import { bytes, has, t } from "../i18n";
import { toast, toastFailure, trying } from "../ui/toast";
import { openSource } from "../source/source";
import { shelf, watchShelf } from "./shelf";

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
  readonly element = h("section.files", {}, h("div.row.filters", {}, this.query, this.state),
    h("table", { "aria-label": t("files") }, h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, t("name")), h("th", { scope: "col" }, t("state")), h("th.number", { scope: "col" }, t("size")),
      h("th", { scope: "col" }, h("span.hidden", {}, t("actions"))))), this.rows),
    this.empty, this.more);

  constructor(private readonly library: string) {
    let before = "";
    shelf.show(this.element, (list) => { // again whenever something was read
      const one = list?.find((library) => library.name === this.library);
      const now = one ? [one.documents, one.failed, one.chunks, one.indexing === null].join() : "";
      if (now !== before) void this.load();
      before = now;
    });
  }

  private soon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(), 200);
  }

  private async load(further = false): Promise<void> {
    const offset = further ? this.files.length : 0;
    try {
      const list = await libraries.files(this.library, this.query.value.trim(), this.state.value, offset, further ? PAGE : Math.max(PAGE, this.files.length));
      this.files = further ? [...this.files, ...list.data] : list.data;
      this.more.hidden = !list.has_more;
      fill(this.rows, this.files.map((file) => this.row(file)));
      this.empty.hidden = this.files.length > 0;
      this.empty.textContent = t(this.query.value || this.state.value ? "noFilesFound" : "noFilesYet");
    } catch (error) {
      toastFailure(error);
    }
  }

  private row(file: LibraryFile): HTMLElement {
    const { name, state, reason } = file;
    const act = (f: () => Promise<unknown>, said: string) => () => void trying(f).then((done) => {
      if (!done) return;
      toast(said);
      watchShelf();
      void this.load();
    });
    const shown = state === "failed" || state === "excluded" ? h("span.file-name", {}, name)
      : h("button.link.file-name", { type: "button", on: { click: () => openSource({ library: this.library, file: file.file, page: null, quote: "", span: null, url: null, time: null }) } }, name);
    return h("tr", {},
      h("th", { scope: "row" }, shown, h("span.file-path", { title: file.file }, file.file.slice(0, -name.length))),
      h("td", {}, h("span.state", { class: "state " + state }, stateName(state)), reason !== null && h("p.reason", {}, reason)),
      h("td.number", {}, bytes(file.size)),
      h("td.row-actions", {},
        iconButton("again", t("readFileAgain", { name }), act(() => libraries.readFile(this.library, file.file), t("readAgainSoon", { name }))),
        state !== "excluded" && iconButton("trash", t(file.upload ? "deleteUpload" : "removeFile", { name }),
          act(() => libraries.removeFile(this.library, file.file), t(file.upload ? "uploadDeleted" : "fileRemoved", { name })))));
  }
}

function stateName(state: string): string {
  const word = "state_" + state;
  return has(word) ? t(word) : state;
}
