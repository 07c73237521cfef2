// Chooses the model that answers, and fetches others.
import { models } from "../api/models";
import type { CatalogueModel } from "../api/types";
import { fill, h, refill, type Child } from "../dom";
import { bytes, t } from "../i18n";
import type { Words } from "../i18n/en";
import { serverWords } from "../i18n/server";
import { confirm } from "../ui/dialog";
import { timeLeft } from "../ui/names";
import { toast, trying } from "../ui/toast";
import { chosenModel } from "./settings";
import { answeringModel, firstModel, modelShelf, refreshModels } from "./shelf";

const POLL_MS = 800;

function installed(): HTMLElement {
  const select = h("select", { id: "model" });
  select.addEventListener("change", () => chosenModel.set(select.value));
  const root = h("div.setting", {}, h("label", { for: "model" }, t("model")), select, h("p.hint", {}, t("modelHint")));
  const show = (): void => fill(select, modelShelf.get().map(({ id }) => h("option", { value: id, selected: id === answeringModel() }, id)));
  modelShelf.show(root, show);
  chosenModel.show(root, show);
  return root;
}

function choose(model: CatalogueModel): void {
  chosenModel.set(model.id);
  toast(t("modelChosen", { name: model.name }));
}

async function remove(model: CatalogueModel): Promise<void> {
  const sure = await confirm(t("removeModelTitle", { name: model.name }), t("removeModelAsk", { size: bytes(model.bytes) }), t("removeModel"));
  if (sure) await models.remove(model.id);
}

// What the person can do about it, in the place where they did the last: the focus stays.
function actions(model: CatalogueModel, changed: () => void): Child[] {
  const button = (word: keyof Words, f: () => Promise<unknown>, key: string): HTMLElement => h("button.link", {
    type: "button", "data-key": key + model.id, "aria-label": `${t(word)}: ${model.name}`, on: { click: () => void trying(f).then(changed) },
  }, t(word));
  if (model.state === "downloading") return [button("cancel", () => models.cancel(model.id), "")];
  if (model.state !== "installed")
    return [button(model.state === "failed" ? "pullAgain" : "pull", () => models.pull(model.id), ""),
      model.done > 0 && button("discardPart", () => models.remove(model.id), "remove ")];
  const answers = model.id === answeringModel();
  return [answers ? h("span.hint", {}, t("modelInUse")) : button("useModel", async () => choose(model), ""),
    model.id !== firstModel() && button("removeModel", () => remove(model), "remove ")];
}

function progressOf(model: CatalogueModel): string {
  const parts = [t("progress", { done: bytes(model.done), total: bytes(model.bytes) })];
  if (model.per_second) parts.push(t("rate", { rate: bytes(model.per_second) }), timeLeft((model.bytes - model.done) / model.per_second));
  return parts.join(" · ");
}

function catalogueRow(model: CatalogueModel, changed: () => void): HTMLElement {
  const loading = model.state === "downloading", failed = model.state === "failed";
  const facts = t("modelFacts", { size: bytes(model.bytes), memory: bytes(model.memory_bytes), licence: model.licence });
  const begun = !loading && model.done > 0 && model.state !== "installed" && t("pullGoesOn", { done: bytes(model.done) });
  return h("li", {}, h("div.row", {}, h("strong", {}, model.name), h("span.row", {}, actions(model, changed))),
    h("p.hint", {}, loading ? progressOf(model) : facts),
    loading && h("progress", { max: model.bytes, value: model.done, "aria-label": model.name }),
    loading && model.reason && h("p.hint", {}, t("pullWaits", { reason: serverWords(model.reason) })),
    failed && h("p.wrong", { role: "alert" }, t("modelFailed", { reason: serverWords(model.reason ?? "") })),
    begun && h("p.hint", {}, begun), model.state === "installed" && model.id === firstModel() && h("p.hint", {}, t("modelStays")));
}

// Says what came or did not while it was not looked at.
function tellOf(model: CatalogueModel): void {
  if (model.state === "installed") toast(t("modelHere", { name: model.name }), { label: t("useModel"), run: () => choose(model) });
}

function catalogue(): HTMLElement {
  const list = h("ul.catalogue");
  const root = h("details.setting", {}, h("summary", {}, t("moreModels")), list);
  let shown = "", loading = new Set<string>(), timer = 0;
  const draw = async (): Promise<void> => {
    window.clearTimeout(timer);
    const all = (await models.catalogue()).filter((model) => model.kind === "chat");
    const states = all.map((model) => model.id + model.state).join();
    if (states !== shown) await refreshModels();
    shown = states;
    for (const model of all) if (loading.has(model.id)) tellOf(model);
    loading = new Set(all.filter((model) => model.state === "downloading").map((model) => model.id));
    refill(list, all.map((model) => catalogueRow(model, load)));
    if (loading.size > 0) timer = window.setTimeout(load, POLL_MS);
  };
  const load = (): void => { if (root.isConnected && root.open) void trying(draw); };
  root.addEventListener("toggle", load);
  chosenModel.show(root, load);
  return root;
}

export function modelPicker(): HTMLElement {
  void refreshModels().catch(() => undefined);
  return h("section", {}, installed(), catalogue());
}
