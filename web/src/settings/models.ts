// Chooses the model that answers, and fetches others.
import { models } from "../api/models";
import type { CatalogueModel } from "../api/types";
import { fill, h } from "../dom";
import { bytes, t } from "../i18n";
import { trying } from "../ui/toast";
import { chosenModel } from "./settings";
import { answeringModel, modelShelf, refreshModels } from "./shelf";

const POLL_MS = 800;

function installed(): HTMLElement {
  const select = h("select", { id: "model" });
  select.addEventListener("change", () => chosenModel.set(select.value));
  const root = h("div.setting", {}, h("label", { for: "model" }, t("model")), select, h("p.hint", {}, t("modelHint")));
  modelShelf.show(root, (list) => {
    fill(select, list.map((model) => h("option", { value: model.id, selected: model.id === answeringModel() }, model.id)));
  });
  return root;
}

function catalogueRow(model: CatalogueModel, changed: () => void): HTMLElement {
  const act = (f: () => Promise<unknown>) => () => void trying(f).then(changed);
  const loading = model.state === "downloading";
  const bar = loading && h("progress", { max: model.bytes, value: model.done, "aria-label": model.name });
  const button = loading ? h("button.link", { type: "button", on: { click: act(() => models.cancel(model.id)) } }, t("cancel"))
    : model.state === "installed" ? h("button.link", { type: "button", on: { click: act(() => models.remove(model.id)) } }, t("removeModel"))
      : h("button.link", { type: "button", on: { click: act(() => models.pull(model.id)) } }, t("pull"));
  return h("li", {}, h("div.row", {}, h("strong", {}, model.name), button),
    h("p.hint", {}, loading ? t("pulling", { done: bytes(model.done), total: bytes(model.bytes) })
      : t("modelFacts", { size: bytes(model.bytes), memory: bytes(model.memory_bytes), licence: model.licence })),
    bar, model.state === "failed" && h("p.wrong", { role: "alert" }, t("modelFailed", { reason: model.reason ?? "" })));
}

function catalogue(): HTMLElement {
  const list = h("ul.catalogue");
  const root = h("details.setting", {}, h("summary", {}, t("moreModels")), list);
  let shown = "";
  const load = async (): Promise<void> => {
    if (!root.isConnected || !root.open) return;
    await trying(async () => {
      const all = (await models.catalogue()).filter((model) => model.kind === "chat");
      const states = all.map((model) => model.state).join();
      if (states !== shown) await refreshModels();
      shown = states;
      fill(list, all.map((model) => catalogueRow(model, () => void load())));
      if (all.some((model) => model.state === "downloading")) window.setTimeout(() => void load(), POLL_MS);
    });
  };
  root.addEventListener("toggle", () => void load());
  return root;
}

export function modelPicker(): HTMLElement {
  void refreshModels().catch(() => undefined);
  return h("section", {}, installed(), catalogue());
}
