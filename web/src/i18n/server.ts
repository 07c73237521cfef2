// What the server says, in the page's language. It speaks English; what is not known here is set off as a quotation.
import { language } from "./index";
import { SERVER_ZH } from "./server_zh";

export function serverWords(said: string): string {
  return language() === "zh" ? inChinese(said) : said;
}

function inChinese(said: string): string {
  for (const [pattern, words] of SERVER_ZH) {
    const found = pattern.exec(said);
    if (found) return words.replace(/(\$\$?)(\d)/g, (_, kind: string, group: string) => {
      const part = found[Number(group)] ?? "";
      return kind === "$$" ? inChinese(part) : part;
    });
  }
  return said && `英文原文“${said}”`;
}
