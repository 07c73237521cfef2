// Adds a folder by its path, or files.
import { libraries } from "../api/libraries";
import { h, icon } from "../dom";
import { t } from "../i18n";
import { asFailure, inWords } from "../ui/failure";
import { ensureLibrary, watchReading } from "./shelf";
import { upload } from "./upload";

let count = 0;

export function addFiles(library: () => string): HTMLElement {
  const id = `folder-${++count}`;
  const input = h("input", { id, type: "text", placeholder: t("folderPlaceholder"), autocomplete: "off", spellcheck: "false", "aria-describedby": id + "-hint" });
  const wrong = h("p.wrong", { role: "alert", hidden: true });
  const button = h("button.primary", { type: "submit" }, t("addFolder"));
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    const path = input.value.trim();
    if (!path) return input.focus();
    button.disabled = true;
    try {
      await ensureLibrary(library());
      await libraries.addFolder(library(), path);
      watchReading(library());
      input.value = "";
      wrong.hidden = true;
    } catch (error) {
      wrong.textContent = inWords(asFailure(error));
      wrong.hidden = false;
      input.focus();
    } finally {
      button.disabled = false;
    }
  };
  const chooser = h("input", { type: "file", multiple: true, hidden: true });
  chooser.addEventListener("change", () => {
    const files = [...chooser.files ?? []].map((file) => ({ name: file.name, file }));
    chooser.value = ""; // so that the same one can be chosen again
    void upload(library(), files);
  });
  return h("div.add", {},
    h("form.stack", { on: { submit: add } },
      h("label", { for: id }, t("folderLabel")),
      h("div.row", {}, input, button), wrong, h("p.hint", { id: id + "-hint" }, t("folderHint"))),
    h("div.drop", {}, icon("file"), h("span", {}, t("dropHere")), " ",
      h("button.link", { type: "button", on: { click: () => chooser.click() } }, t("orChoose")), chooser));
}
