// A document's text, as it was read, with the sentence that supports the answer.
import { libraries } from "../api/libraries";
import type { DocumentText, Span } from "../api/types";
import { fill, h, type Child } from "../dom";
import { t } from "../i18n";
import type { Source } from "./source";

const WINDOW_BYTES = 12_000; // what is shown around the sentence at first, and with each "more"

class Window {
  private readonly bytes: Uint8Array;
  private begin: number;
  private end: number;

  constructor(private readonly document: DocumentText, private readonly span: Span | null) {
    this.bytes = new TextEncoder().encode(document.text);
    this.begin = this.before((span?.[0] ?? 0) - WINDOW_BYTES / 2);
    this.end = this.after((span?.[1] ?? 0) + WINDOW_BYTES);
  }

  show(body: HTMLElement): void {
    const redraw = (): void => this.show(body);
    const more = (word: "earlierText" | "laterText", widen: () => void): Child =>
      h("button.quiet", { type: "button", on: { click: () => { widen(); redraw(); } } }, t(word));
    fill(body, h("div.text-page", {},
      this.begin > 0 && more("earlierText", () => { this.begin = this.before(this.begin - WINDOW_BYTES); }),
      this.paragraphs(),
      this.end < this.bytes.length && more("laterText", () => { this.end = this.after(this.end + WINDOW_BYTES); })));
  }

  // Blank lines part paragraphs; a heading is one of its own.
  private paragraphs(): HTMLElement[] {
    const elements: HTMLElement[] = [];
    let at = this.begin;
    for (const part of this.text(this.begin, this.end).split(/(\n\s*\n)/)) {
      const length = new TextEncoder().encode(part).length;
      if (part.trim()) elements.push(this.paragraph(at, at + length));
      at += length;
    }
    return elements;
  }

  private paragraph(begin: number, end: number): HTMLElement {
    const heading = this.document.headings.find(({ span }) => span[0] >= begin && span[1] <= end && end - begin < 2 * (span[1] - span[0]) + 8);
    return h(heading ? "h3" : "p", {}, this.marked(begin, end));
  }

  private marked(begin: number, end: number): Child[] {
    const from = Math.max(begin, this.span?.[0] ?? end), to = Math.min(end, this.span?.[1] ?? end);
    if (from >= to) return [this.text(begin, end)];
    return [this.text(begin, from), h("mark", {}, this.text(from, to)), this.text(to, end)];
  }

  private text(begin: number, end: number): string {
    return new TextDecoder().decode(this.bytes.subarray(begin, end));
  }

  // The paragraph's edge, or else a character's.
  private before(at: number): number {
    if (at <= 0) return 0;
    let edge = this.bytes.lastIndexOf(10, at);
    if (edge < at - 2000) for (edge = at; (this.bytes[edge] ?? 0) >> 6 === 2; edge--);
    return Math.max(0, edge);
  }

  private after(at: number): number {
    if (at >= this.bytes.length) return this.bytes.length;
    let edge = this.bytes.indexOf(10, at);
    if (edge < 0 || edge > at + 2000) for (edge = at; (this.bytes[edge] ?? 0) >> 6 === 2; edge++);
    return edge;
  }
}

export async function showText(source: Source, body: HTMLElement, signal: AbortSignal): Promise<void> {
  const document = await libraries.text(source.library, source, { signal });
  if (signal.aborted) return;
  new Window(document, source.span).show(body);
  const mark = body.querySelector("mark");
  if (mark) mark.scrollIntoView({ block: "center" });
  else body.scrollTop = 0;
  if (!mark && source.quote) body.prepend(h("p.wrong", {}, t("quoteNotFound")));
}
