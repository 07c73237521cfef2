// An answer's citations: chips in the text, and notes below it.
import type { AnswerDetails, Citation, Passage } from "../api/types";
import { h } from "../dom";
import { t } from "../i18n";
import { openSource, type Source } from "../source/source";
import { fileName, place } from "../ui/names";
import type { Mark } from "./citations";

const NEAREST = 3;

function label(number: number, source: Citation | Passage): string {
  const name = fileName(source.file), where = place(source);
  return where ? t("source", { number, name, place: where }) : t("sourceNoPlace", { number, name });
}

function sourceOf(library: string, citation: Citation): Source {
  const { file, file_encoded, page, quote, quote_span, url } = citation;
  return { library, file, file_encoded, page, quote, span: quote_span ?? null, url: url ?? null, time: citation.time ?? null };
}

export function chip(mark: Mark, library: string | null): Node {
  const { citation } = mark;
  if (mark.unsupported) return h("span.chip.unsupported", { role: "note", title: t("unsupported"), "aria-label": t("unsupported") }, "?");
  const number = mark.text.replace(/\D/g, "");
  if (!citation || library === null) return h("sup.chip.waiting", {}, number);
  return h("button.chip", {
    type: "button", title: label(citation.number, citation), "aria-label": label(citation.number, citation),
    on: { click: () => openSource(sourceOf(library, citation)) },
  }, number);
}

function note(number: number | null, source: Citation | Passage, quote: string, open: () => void): HTMLElement {
  return h("li", {}, h("button.note", { type: "button", on: { click: open } },
    number !== null && h("span.note-number", {}, number),
    h("span.note-body", {},
      h("span.note-place", {}, h("span.note-file", { title: fileName(source.file) }, fileName(source.file)), place(source) && h("span", {}, place(source))),
      h("q.note-quote", {}, quote))));
}

/** What stands below the answer: what it cites, or the nearest places of one that declines. Null for neither. */
export function notes(details: AnswerDetails, library: string): HTMLElement | null {
  if (details.declined) {
    const nearest = (details.passages ?? []).slice(0, NEAREST);
    return nearest.length === 0 ? null : h("section.notes", {}, h("h4", {}, t("declined")), h("ol", {}, nearest.map((passage) => {
      const { file, file_encoded, page, text, span, url } = passage;
      return note(null, passage, text.slice(0, 240), () =>
        openSource({ library, file, file_encoded, page, quote: text, span, url: url ?? null, time: null }));
    })));
  }
  const seen = new Map<string, Citation>();
  for (const citation of details.citations ?? []) {
    const key = citation.number + "\n" + citation.quote;
    if (!seen.has(key)) seen.set(key, citation);
  }
  if (seen.size === 0) return null;
  return h("section.notes", {}, h("h4", {}, t("sources")), h("ol", {}, [...seen.values()].map((citation) =>
    note(citation.number, citation, citation.quote, () => openSource(sourceOf(library, citation))))));
}
