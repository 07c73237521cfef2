// How far the reading of a library is.
import { libraries } from "../api/libraries";
import type { Indexing } from "../api/types";
import { fill, h } from "../dom";
import { has, number, t } from "../i18n";
import { timeLeft } from "../ui/names";
import { trying } from "../ui/toast";
import { shelf, watchReading, watchShelf } from "./shelf";

function facts({ stage, done, total, documents_read, documents_total, seconds_left }: Indexing): string {
  if (stage === "queued") return "";
  const parts = [];
  if (total > 0) parts.push(t("percent", { percent: Math.floor(100 * done / total) }));
  if (documents_total > 0) parts.push(t("filesRead", { done: number(documents_read), total: number(documents_total) }));
  if (seconds_left !== null) parts.push(timeLeft(seconds_left));
  return parts.join(" · ");
}

function stageName(indexing: Indexing): string {
  const word = "stage_" + indexing.stage;
  return has(word) ? t(word) : indexing.stage === "queued" ? t("queued") : t("stage_extract");
}

/** Shows itself while the library of that name is being read, and where somebody stopped that. */
export function progressLine(name: string): HTMLElement {
  const bar = h("progress", { "aria-label": t("stage_extract") });
  const stage = h("strong"), said = h("span.hint"), file = h("p.hint.ellipsis"), stopped = h("p", { role: "status" });
  let isStopped = false;
  const stopOrGoOn = async (): Promise<void> => {
    const goesOn = isStopped;
    await trying(() => goesOn ? libraries.read(name) : libraries.cancel(name));
    goesOn ? watchReading(name) : watchShelf();
  };
  const button = h("button.link", { type: "button", "data-key": "stop " + name, on: { click: () => void stopOrGoOn() } });
  const root = h("section.progress", { hidden: true }, h("div.row", {}, stage, said, stopped, button), bar, file);
  shelf.show(root, (list) => {
    const library = list?.find((one) => one.name === name), indexing = library?.indexing ?? null;
    isStopped = library?.indexing_stopped ?? false;
    root.hidden = indexing === null && !isStopped;
    button.textContent = t(isStopped ? "goOn" : "stopReading");
    stopped.textContent = isStopped ? t("readingStopped") : "";
    for (const part of [stage, said, bar, file]) part.hidden = isStopped;
    if (!indexing || isStopped) return;
    fill(stage, stageName(indexing));
    fill(said, facts(indexing));
    fill(file, indexing.file ?? "");
    if (indexing.total > 0 && indexing.stage !== "queued") {
      bar.max = indexing.total;
      bar.value = indexing.done;
    } else {
      bar.removeAttribute("value");
    }
  });
  return root;
}
