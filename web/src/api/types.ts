// What the API sends (docs/api.md, docs/json.md).
export type Span = [number, number]; // bytes of UTF-8

/** A file as the API names it. `file_encoded` is there where its name is not UTF-8: the bytes, as an address has them. */
export interface Named { file: string; file_encoded?: string | undefined }

export interface Citation extends Named {
  number: number;
  page: number | null;
  quote: string;
  quote_span?: Span; // of the document's text
  answer_span: Span;
  time?: number; // seconds
  url?: string;
}

export interface Passage extends Named { page: number | null; heading: string; span: Span; score: number; text: string; url?: string }

/** What was seen of an answer while it came. */
export interface Figures { ttft_ms: number; seconds: number; input_tokens: number; output_tokens: number; passages: number }

export type Ending = "whole" | "stopped" | "cut" | "failed";

export interface AnswerDetails {
  ending: Ending;
  citations?: Citation[];
  passages?: Passage[];
  sentences?: { answer_span: Span; supported: boolean }[];
  declined?: boolean;
  length_reached?: boolean; // it would have gone on
  figures?: Figures;
  model?: string;
  failure?: { status: number; code: string; detail: string };
}

export interface Message { role: "user" | "assistant"; content: string; answer?: AnswerDetails }

export interface ChatSummary { id: string; title: string; library: string | null; updated: number; messages: number }
export interface StoredChat { id: string; title: string; library: string | null; revision: number; messages: Message[] }

export interface Indexing {
  stage: string; unit: string; done: number; total: number; file: string | null;
  per_second: number | null; seconds_left: number | null; documents_read: number; documents_total: number;
}

export interface Library {
  name: string; documents: number; failed: number; chunks: number; folders: string[]; problem: string | null;
  indexing: Indexing | null; indexing_stopped: boolean; missing_folders: string[];
}

export interface LibraryFile extends Named {
  name: string; type: string; title: string; size: number; chunks: number; state: string;
  reason: string | null; upload: boolean;
}

export interface Model { id: string; lectern?: { kind: "chat" | "embedding"; loaded: boolean; context_length: number | null } }

export interface CatalogueModel {
  id: string; name: string; kind: "chat" | "embedding"; bytes: number; memory_bytes: number; licence: string;
  state: "installed" | "available" | "downloading" | "failed"; done: number; per_second: number | null; reason: string | null;
}

export interface DocumentText { text: string; title: string; type: string; headings: { level: number; span: Span }[] }
export interface PageBoxes { page: number; width: number; height: number; boxes: [number, number, number, number][] }
export interface List<T> { data: T[]; total?: number; has_more?: boolean }
