// The page's language: the browser's, unless the person chose one.
import { Kept } from "../store";
import { en, type Words } from "./en";
import { zh } from "./zh";

export type Language = "en" | "zh";
const WORDS: Record<Language, Words> = { en, zh };

function ofBrowser(): Language {
  const first = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? "en";
  return first.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** "": as the browser has it. */
export const chosenLanguage = new Kept<string>("language", "");

export function language(): Language {
  const chosen = chosenLanguage.get();
  return chosen === "en" || chosen === "zh" ? chosen : ofBrowser();
}

export function t(word: keyof Words, values: Record<string, string | number> = {}): string {
  return WORDS[language()][word].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

type Counted<Word = keyof Words> = Word extends `${infer Stem}_other` ? Stem : never;

/** "1 file", "2 files": words that go with a number. */
export function counted(word: Counted, count: number): string {
  return t(`${word}_${count === 1 ? "one" : "other"}`, { count: number(count) });
}

export function has(word: string): word is keyof Words {
  return word in en;
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString(language(), { maximumFractionDigits: digits });
}

export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return number(value, value < 10 && unit > 0 ? 1 : 0) + " " + (units[unit] ?? "");
}
