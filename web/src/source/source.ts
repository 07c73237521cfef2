// The source that is open beside the chat.
import type { Named, Span } from "../api/types";
import { Store } from "../store";

export interface Source extends Named {
  library: string;
  page: number | null;
  quote: string; // what supports the answer; empty for a file that was opened as such
  span: Span | null; // of the quote, in the document's text
  url: string | null; // of a video, at the moment
  time: number | null;
}

export const shownSource = new Store<Source | null>(null);
let opener: Element | null = null;

export function openSource(source: Source): void {
  opener = document.activeElement;
  shownSource.set(source);
}

/** The focus goes back to what opened it. */
export function closeSource(): void {
  shownSource.set(null);
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
}
