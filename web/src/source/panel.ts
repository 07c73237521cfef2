// The panel beside the chat: a PDF's page or a document's text, with the sentence that supports the answer.
import { fill, h, iconButton, type Child } from "../dom";
import { t } from "../i18n";
import { asFailure, inWords } from "../ui/failure";
import { fileName, place } from "../ui/names";
import { showPdf } from "./pdf";
import { closeSource, shownSource, type Source } from "./source";
import { showText } from "./text";

type Face = "pages" | "text";

function webAddress(url: string | null): string | null {
  return url !== null && /^https?:\/\//i.test(url) ? url : null;
}

export function sourcePanel(): HTMLElement {
  const title = h("h2", { tabindex: -1 }), where = h("p.hint"), tools = h("div.row.source-tools"), body = h("div.source-body", { tabindex: 0, role: "region", "aria-label": t("sourcePanel") });
  const root = h("aside.source", { "aria-label": t("sourcePanel"), hidden: true },
    h("header", {}, h("div", {}, title, where), iconButton("close", t("close"), closeSource)), tools, body);
  let reading: AbortController | null = null;

  const show = async (source: Source, face: Face): Promise<void> => {
    reading?.abort();
    reading = new AbortController();
    const { signal } = reading;
    fill(body, h("p.waiting-line", {}, t("loadingSource")));
    const pdf = /\.pdf$/i.test(source.file);
    const watch = webAddress(source.url);
    const faces: Child[] = pdf ? (["pages", "text"] as const).map((one) => h("button.tab", {
      type: "button", "aria-pressed": String(face === one), on: { click: () => void show(source, one) },
    }, t(one === "pages" ? "asPages" : "asText"))) : [];
    const pager = h("div.pager");
    fill(tools, faces, pager, watch && h("a.link", { href: watch, target: "_blank", rel: "noopener noreferrer" }, t("watch")));
    tools.hidden = faces.length === 0 && !watch;
    where.textContent = pdf && face === "pages" ? "" : place(source); // there the pager says it, for the page that is shown
    try {
      await (pdf && face === "pages" ? showPdf(source, body, pager, signal) : showText(source, body, signal));
    } catch (error) {
      if (signal.aborted) return;
      fill(body, h("div.source-failed", {}, h("p", { role: "alert" }, t("sourceFailed"), " ", inWords(asFailure(error))),
        source.quote && h("blockquote", {}, source.quote)));
    }
  };

  shownSource.show(root, (source) => {
    reading?.abort();
    root.hidden = source === null;
    document.documentElement.classList.toggle("with-source", source !== null);
    if (!source) return;
    title.textContent = fileName(source.file);
    title.title = source.file;
    void show(source, "pages");
    title.focus({ preventScroll: true });
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); closeSource(); }
  });
  return root;
}
