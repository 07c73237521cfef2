// Where an answer cites: its markers [1] and [?] become places for chips.
//
// A marker is replaced by characters that no text is meant to have (U+E000…), which pass through Markdown as a word does.
import type { AnswerDetails, Citation } from "../api/types";

const OPEN = "\uE000", SHUT = "\uE001";
const PLACE = /\uE000([^\uE001]*)\uE001/;

/** What a place stands for: a citation, or none where the passage is not told (yet), or "?" */
export type Mark = { text: string; citation: Citation | null; unsupported: boolean };

export interface Marked { text: string; marks: Mark[] }

export function markCitations(content: string, details: AnswerDetails | undefined): Marked {
  const citations = details?.citations ?? [];
  const marks: Mark[] = [];
  const encoder = new TextEncoder();
  const text = content.replace(/[\uE000\uE001]/g, "\uFFFD").replace(/ ?\[(\d{1,3}|\?)\]/g, (marker, inside: string, at: number) => {
    const byte = encoder.encode(content.slice(0, at)).length;
    marks.push({ text: marker.trim(), citation: citationAt(citations, inside, byte), unsupported: inside === "?" });
    return OPEN + (marks.length - 1) + SHUT;
  });
  return { text, marks };
}

function citationAt(citations: Citation[], inside: string, byte: number): Citation | null {
  const same = citations.filter((citation) => String(citation.number) === inside);
  const distance = ({ answer_span: [begin, end] }: Citation): number => byte < begin ? begin - byte : Math.max(0, byte - end);
  return same.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

/** Puts what `chip` makes where the places are in `root`; in code they are words again. */
export function placeMarks(root: Node, marks: Mark[], chip: (mark: Mark) => Node): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (let text of texts) {
    const code = text.parentElement?.closest("code, pre, .math");
    for (let found = PLACE.exec(text.data); found; found = PLACE.exec(text.data)) {
      const mark = marks[Number(found[1])];
      const place = text.splitText(found.index);
      text = place.splitText(found[0]?.length ?? 0);
      place.replaceWith(mark === undefined ? "" : code ? mark.text : chip(mark));
    }
  }
}

/** The content as one would copy it. */
export function withoutMarks(content: string): string {
  return content.replace(/ ?\[(\d{1,3}|\?)\]/g, "");
}
