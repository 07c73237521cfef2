// Where a library's answer cites: its markers [1] and [?] become chips in the prose; in code and formulas they are words.
//
// A marker is replaced by characters that no text is meant to have (U+E000…), which pass through Markdown as a word does.
import type { AnswerDetails, Citation } from "../api/types";
import { h } from "../dom";
import { renderMarkdown } from "./markdown";

const OPEN = "\uE000", SHUT = "\uE001";
const PLACE = /( ?)\uE000(\d+)\uE001/;
const BEHIND_FENCE = /(?:^|\n)[ \t>]*(?:`{3,}|~{3,})[ \t]*$/; // where a marker would keep the code from ending

/** A marker at `at` of the content. It has no citation where the passage is not told (yet), or where it is "[?]". */
export interface Mark { at: number; text: string; citation: Citation | null; unsupported: boolean }

/** `marks`: those that became chips. */
export interface CitedProse { fragment: DocumentFragment; marks: Mark[] }

/** `details` null: the answer is not a library's, and a number in brackets is no citation. */
export function renderCited(content: string, details: AnswerDetails | null, chip: (mark: Mark) => Node): CitedProse {
  const found: Mark[] = [];
  const text = content.replace(/[\uE000\uE001]/g, "\uFFFD").replace(/\[(\d{1,3}|\?)\]/g, (marker, inside: string, at: number) => {
    if (!details || !isMarker(inside, details)) return marker;
    const citation = citationAt(details.citations ?? [], inside, new TextEncoder().encode(content.slice(0, at)).length);
    found.push({ at, text: marker, citation, unsupported: inside === "?" });
    return (BEHIND_FENCE.test(content.slice(0, at)) ? "\n\n" : "") + OPEN + (found.length - 1) + SHUT;
  });
  const fragment = renderMarkdown(text);
  return { fragment, marks: found.length === 0 ? [] : placed(fragment, found, chip) };
}

// Which passages are cited is told at the end: until then each number may be one of theirs.
function isMarker(inside: string, { ending, citations }: AnswerDetails): boolean {
  return inside === "?" || ending !== "whole" || (citations ?? []).some((citation) => String(citation.number) === inside);
}

function citationAt(citations: Citation[], inside: string, byte: number): Citation | null {
  const same = citations.filter((citation) => String(citation.number) === inside);
  const distance = ({ answer_span: [begin, end] }: Citation): number => byte < begin ? begin - byte : Math.max(0, byte - end);
  return same.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

// Returns those of `marks` that became chips.
function placed(root: Node, marks: Mark[], chip: (mark: Mark) => Node): Mark[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [], chips: Mark[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (let text of texts) {
    const verbatim = text.parentElement?.closest("code, pre, .math");
    for (let found = PLACE.exec(text.data); found; found = PLACE.exec(text.data)) {
      const mark = marks[Number(found[2])];
      const place = text.splitText(found.index);
      text = place.splitText(found[0]?.length ?? 0);
      if (mark && !verbatim) chips.push(mark);
      place.replaceWith(!mark ? "" : verbatim ? (found[1] ?? "") + mark.text : chip(mark));
      if (mark && !verbatim) text = keptTogether(text);
    }
  }
  return chips;
}

// The full stop behind a chip does not go to the next line alone. Returns the text that follows.
function keptTogether(text: Text): Text {
  const stop = /^[.,;:!?)\]\u2019\u201d\u2026\u3001\u3002\uff01\uff09\uff0c\uff1a\uff1b\uff1f]+/.exec(text.data)?.[0], before = text.previousSibling;
  if (!stop || !before) return text;
  const rest = text.splitText(stop.length);
  const together = h("span.together");
  before.replaceWith(together);
  together.append(before, text);
  return rest;
}

/** The content from `begin` to `end` as one would copy it, or say it. */
export function withoutMarks(content: string, marks: Mark[], begin = 0, end = content.length): string {
  let words = "", at = begin;
  for (const mark of marks.filter((one) => one.at >= begin && one.at < end)) {
    words += content.slice(at, mark.at).replace(/ $/, "");
    at = mark.at + mark.text.length;
  }
  return words + content.slice(at, end);
}
