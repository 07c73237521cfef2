// Starts the page.
import { setKeyPrompt } from "./api/client";
import { connection } from "./api/connection";
import { refreshChats } from "./chat/list";
import { app } from "./frame/app";
import { chosenLanguage, t } from "./i18n";
import { watchShelf } from "./library/shelf";
import { takeDrops } from "./library/drop";
import { promptForKey } from "./settings/key";
import { refreshModels } from "./settings/shelf";
import { toast, trying } from "./ui/toast";

const root = document.querySelector("#app");
if (!root) throw new Error("The page has no #app.");

async function load(): Promise<void> {
  await trying(async () => { await Promise.all([refreshModels(), refreshChats()]); });
  watchShelf();
}

setKeyPrompt(promptForKey);
app(root);
takeDrops();
chosenLanguage.subscribe(() => app(root)); // all words anew; what was done stays in the stores
connection.waiting.subscribe((seconds) => {
  if (seconds !== null) return;
  toast(t("backAgain"));
  void load();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) watchShelf(); });
void load();
