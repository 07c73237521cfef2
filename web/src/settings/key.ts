// Asks for the key of a server that wants one.
import { t } from "../i18n";
import { askText } from "../ui/dialog";

export async function promptForKey(wrong: boolean): Promise<string> {
  for (;;) { // nothing works without it
    const key = await askText({ title: t("keyTitle"), label: t("key"), done: t("unlock"), hint: t(wrong ? "keyWrong" : "keyText"), type: "password" });
    if (key !== null) return key;
  }
}
