// An answer's details as they were kept: any program may have written them, so each is looked at before it is used.
import type { AnswerDetails, Citation, Message, Passage, Span } from "../api/types";

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSpan(value: unknown): value is Span {
  return Array.isArray(value) && value.length === 2 && value.every((edge) => Number.isSafeInteger(edge) && edge >= 0);
}

function isPlace(value: unknown): value is number | null | undefined {
  return value === null || value === undefined || (typeof value === "number" && Number.isFinite(value));
}

function isSource(value: unknown): value is Fields {
  return isFields(value) && typeof value["file"] === "string" && isPlace(value["page"]) && isPlace(value["time"]) &&
    (value["file_encoded"] === undefined || typeof value["file_encoded"] === "string") &&
    (value["url"] === undefined || value["url"] === null || typeof value["url"] === "string");
}

function isCitation(value: unknown): boolean {
  return isSource(value) && typeof value["number"] === "number" && typeof value["quote"] === "string" &&
    isSpan(value["answer_span"]) && (value["quote_span"] === undefined || isSpan(value["quote_span"]));
}

function isPassage(value: unknown): boolean {
  return isSource(value) && typeof value["text"] === "string" && isSpan(value["span"]);
}

function withPlace<T extends Citation | Passage>(list: unknown, sound: (value: unknown) => boolean): T[] {
  return (Array.isArray(list) ? list.filter(sound) as T[] : []).map((one) => ({ ...one, page: one.page ?? null }));
}

const FIGURES = ["ttft_ms", "seconds", "input_tokens", "output_tokens", "passages"];
const ENDINGS = ["whole", "stopped", "cut", "failed"];

/** What of `kept` can be shown. */
export function soundDetails(kept: unknown): AnswerDetails | undefined {
  if (!isFields(kept)) return undefined;
  const { ending, declined, figures, model, failure } = kept;
  const details: AnswerDetails = {
    ending: ENDINGS.includes(String(ending)) ? ending as AnswerDetails["ending"] : "whole",
    citations: withPlace<Citation>(kept["citations"], isCitation), passages: withPlace<Passage>(kept["passages"], isPassage),
    declined: declined === true, length_reached: kept["length_reached"] === true,
  };
  if (isFields(figures) && FIGURES.every((name) => typeof figures[name] === "number")) Object.assign(details, { figures });
  if (typeof model === "string") details.model = model;
  if (isFields(failure) && typeof failure["status"] === "number") {
    const words = (name: string): string => typeof failure[name] === "string" ? String(failure[name]) : "";
    details.failure = { status: failure["status"], code: words("code"), detail: words("detail") };
  }
  return details;
}

/** What an answer of `library` tells of its citations; null without a library. */
export function citing(library: string | null, message: Message): AnswerDetails | null {
  return library === null ? null : soundDetails(message.answer) ?? { ending: "whole" };
}
