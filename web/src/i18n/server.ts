// What the server says, in the page's language. It speaks English; what is not known here stays as it is.
import { language } from "./index";
import { SERVER_ZH } from "./server_zh";

export function serverWords(said: string): string {
  if (language() !== "zh") return said;
  for (const [pattern, words] of SERVER_ZH) {
    const found = pattern.exec(said);
    if (found) return words.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? "");
  }
  return said && `（英文原文）${said}`;
}
