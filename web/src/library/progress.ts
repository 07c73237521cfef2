// How far the reading of a library is.
import { libraries } from "../api/libraries";
import type { Indexing } from "../api/types";
import { fill, h } from "../dom";
import { bytes, has, number, t } from "../i18n";
import { timeLeft } from "../ui/names";
import { trying } from "../ui/toast";
import { shelf, watchReading, watchShelf } from "./shelf";

function amount(indexing: Indexing, value: number): string {
  return indexing.unit === "bytes" ? bytes(value) : number(value, value < 10 && value % 1 !== 0 ? 1 : 0);
}

function facts(indexing: Indexing): string {
  if (indexing.stage === "queued") return "";
  const parts = [];
  if (indexing.total > 0) parts.push(t("progress", { done: amount(indexing, indexing.done), total: amount(indexing, indexing.total) }));
  if (indexing.per_second !== null) parts.push(t("rate", { rate: amount(indexing, indexing.per_second) }));
  if (indexing.seconds_left !== null) parts.push(timeLeft(indexing.seconds_left));
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
  const button = h("button.link", { type: "button", on: { click: () => void stopOrGoOn() } });
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
