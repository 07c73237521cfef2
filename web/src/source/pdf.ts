// A PDF's page, drawn by pdf.js, with boxes over the words that support the answer.
import { ApiFailure, keyHeaders } from "../api/client";
import { libraries } from "../api/libraries";
import type { PageBoxes } from "../api/types";
import { fill, h, iconButton } from "../dom";
import { t } from "../i18n";
import { fileName } from "../ui/names";
import type { PdfDocument } from "pdfjs";
import type { Source } from "./source";

// pdf.js names its errors, and tells the status of what it could not fetch.
function failure(error: unknown): unknown {
  const { name, status } = error as { name?: string; status?: number };
  if (name === "MissingPDFException") return new ApiFailure(404, "file_not_found", "");
  if (name === "UnexpectedResponseException") return new ApiFailure(status ?? 0, "", "");
  if (name === "InvalidPDFException" || name === "PasswordException") return new ApiFailure(422, "undrawable", "");
  return error;
}

async function open(source: Source, signal: AbortSignal): Promise<PdfDocument> {
  const { default: pdfjs } = await import("pdfjs");
  pdfjs.GlobalWorkerOptions.workerSrc = PDF_WORKER;
  const task = pdfjs.getDocument({
    url: new URL(libraries.contentAddress(source.library, source), location.href).href, httpHeaders: keyHeaders(),
    isEvalSupported: false, // a font's program is data, never code
    cMapUrl: "/assets/cmaps/", cMapPacked: true, standardFontDataUrl: "/assets/standard_fonts/", enableXfa: false, disableAutoFetch: true,
  });
  signal.addEventListener("abort", () => void task.destroy());
  return task.promise.catch((error: unknown) => { throw failure(error); });
}

async function boxesOf(source: Source, signal: AbortSignal): Promise<PageBoxes[]> {
  if (!source.span) return [];
  return libraries.boxes(source.library, source, source.span, { signal }).catch(() => []); // the page is worth seeing without
}

function marks(boxes: PageBoxes | undefined): HTMLElement[] {
  return (boxes?.boxes ?? []).map(([left, top, right, bottom]) => {
    const mark = h("div.mark");
    const percent = (value: number): string => value * 100 + "%";
    Object.assign(mark.style, { left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top) });
    return mark;
  });
}

async function draw(document: PdfDocument, number: number, width: number, signal: AbortSignal): Promise<HTMLCanvasElement> {
  const page = await document.getPage(number);
  const scale = width / page.getViewport({ scale: 1 }).width * Math.min(window.devicePixelRatio || 1, 2);
  const viewport = page.getViewport({ scale });
  const canvas = h("canvas", { width: Math.floor(viewport.width), height: Math.floor(viewport.height) });
  const canvasContext = canvas.getContext("2d");
  if (!canvasContext) throw new Error(t("sourceFailed"));
  const task = page.render({ canvasContext, viewport });
  signal.addEventListener("abort", () => task.cancel());
  await task.promise;
  page.cleanup();
  return canvas;
}

/** Shows the page that holds the sentence, and lets one turn pages. */
export async function showPdf(source: Source, body: HTMLElement, pager: HTMLElement, signal: AbortSignal): Promise<void> {
  const [document, boxes] = await Promise.all([open(source, signal), boxesOf(source, signal)]);
  let number = Math.min(boxes[0]?.page ?? source.page ?? 1, document.numPages);
  const said = h("span", { "aria-live": "polite" });
  const turn = (by: number) => () => {
    const next = number + by;
    if (next < 1 || next > document.numPages) return;
    number = next;
    void show();
  };
  const before = iconButton("left", t("previousPage"), turn(-1)), after = iconButton("right", t("nextPage"), turn(1));
  const show = async (): Promise<void> => {
    before.disabled = number === 1;
    after.disabled = number === document.numPages;
    said.textContent = t("pageOf", { page: number, total: document.numPages });
    const asked = number;
    const canvas = await draw(document, number, Math.max(body.clientWidth - 32, 240), signal);
    if (asked !== number || signal.aborted) return;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", t("pageImage", { page: number, name: fileName(source.file) }));
    const found = marks(boxes.find((one) => one.page === number));
    const sheet = h("div.pdf-page", { "data-page": number }, canvas, found);
    fill(body, sheet);
    if (found[0]) found[0].scrollIntoView({ block: "center" });
    else body.scrollTop = 0;
  };
  fill(pager, before, said, after);
  await show();
}
