// The settings: how answers are made, which model makes them, and how the page looks.
import { fill, h } from "../dom";
import { chosenLanguage, language, number, t } from "../i18n";
import { openDialog } from "../ui/dialog";
import { modelPicker } from "./models";
import { ANSWER_LENGTHS, answerSettings, DEFAULTS, showTheme, theme } from "./settings";

function slider(name: "temperature" | "passages", range: { min: number; max: number; step: number }): HTMLElement {
  const input = h("input", { id: name, type: "range", ...range, "aria-describedby": name + "-hint" });
  const value = h("output", { for: name });
  const show = (): void => {
    input.value = String(answerSettings.get()[name]);
    value.textContent = number(answerSettings.get()[name], 1);
  };
  input.addEventListener("input", () => answerSettings.set({ ...answerSettings.get(), [name]: Number(input.value) }));
  const root = h("div.setting", {}, h("div.row", {}, h("label", { for: name }, t(name)), value), input, h("p.hint", { id: name + "-hint" }, t(`${name}Hint`)));
  answerSettings.show(root, show);
  return root;
}

/** A row of choices of which one holds. */
function choice(name: string, label: string, options: [string, string][], value: () => string, choose: (value: string) => void): HTMLElement {
  return h("fieldset.setting.choice", {}, h("legend", {}, label), h("div.segments", {}, options.map(([key, word]) => {
    const input = h("input", { type: "radio", name, value: key, checked: value() === key });
    input.addEventListener("change", () => choose(key));
    return h("label", {}, input, h("span", {}, word));
  })));
}

function answers(): HTMLElement {
  const root = h("section", {});
  const draw = (): void => fill(root,
    slider("temperature", { min: 0, max: 1, step: 0.1 }), slider("passages", { min: 1, max: 12, step: 1 }),
    choice("answer-length", t("answerLength"),
      (["short", "medium", "long"] as const).map((word, i) => [String(ANSWER_LENGTHS[i]), t(word)]),
      () => String(answerSettings.get().answerTokens),
      (value) => answerSettings.set({ ...answerSettings.get(), answerTokens: Number(value) })),
    h("button.link", { type: "button", on: { click: () => { answerSettings.set(DEFAULTS); draw(); } } }, t("resetDefaults")));
  draw();
  return root;
}

export function openSettings(): void {
  const { element, close } = openDialog(t("settings"), () => undefined,
    modelPicker(), answers(),
    choice("theme", t("appearance"), [["", t("themeSystem")], ["light", t("themeLight")], ["dark", t("themeDark")]],
      () => theme.get(), (value) => { theme.set(value); showTheme(); }),
    choice("language", t("language"), [["en", "English"], ["zh", "中文"]], language, (value) => {
      close();
      chosenLanguage.set(value);
      openSettings();
    }));
  element.classList.add("settings");
}
