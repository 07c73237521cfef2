// What the person chose, kept in the browser.
import { Kept } from "../store";

export interface AnswerSettings { temperature: number; passages: number; answerTokens: number }

export const DEFAULTS: AnswerSettings = { temperature: 0, passages: 5, answerTokens: 320 };
export const ANSWER_LENGTHS = [128, 320, 768]; // tokens: short, medium, long

export const answerSettings = new Kept<AnswerSettings>("answers", DEFAULTS);
export const chosenModel = new Kept<string>("model", ""); // "": the first that there is
export const theme = new Kept<string>("theme", ""); // "": the device's

export const NO_LIBRARY = "/"; // no library is called so
export const DEFAULT_LIBRARY = "default";
export const chosenLibrary = new Kept<string>("library", DEFAULT_LIBRARY);

export function chosenLibraryOrNone(): string | null {
  const library = chosenLibrary.get();
  return library === NO_LIBRARY ? null : library;
}

export function showTheme(): void {
  const chosen = theme.get();
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
  else delete document.documentElement.dataset["theme"];
}
