// Windows over the page. The browser's own <dialog> keeps the focus inside and gives it back.
import { h, iconButton, type Child } from "../dom";
import { t } from "../i18n";
import { placeToasts } from "./toast";

let count = 0;

export interface Dialog { element: HTMLDialogElement; close: () => void }

export function openDialog(title: string, closed: () => void, ...content: Child[]): Dialog {
  const id = `dialog-${++count}`;
  const close = (): void => element.close();
  const element = h("dialog.dialog", { "aria-labelledby": id },
    h("header.dialog-head", {}, h("h2", { id }, title), iconButton("close", t("close"), close)),
    ...content);
  element.addEventListener("close", () => { placeToasts(); element.remove(); closed(); });
  element.addEventListener("click", (event) => { if (event.target === element) close(); }); // beside it
  document.body.append(element);
  element.showModal();
  return { element, close };
}

/** `most`: of its letters, as JavaScript counts them. */
export interface Line { title: string; label: string; done: string; value?: string; hint?: string; type?: string; most?: number }

/** Asks for a line of text; null where the person changed their mind. */
export function askText({ title, label, done, value = "", hint = "", type = "text", most }: Line): Promise<string | null> {
  return new Promise((resolve) => {
    let given: string | null = null;
    const input = h("input", { type, id: "dialog-text", value, required: true, autocomplete: "off", maxlength: most, ...(hint && { "aria-describedby": "dialog-hint" }) });
    const submit = (event: Event): void => { event.preventDefault(); given = input.value.trim() || null; dialog.close(); };
    const dialog = openDialog(title, () => resolve(given), h("form.stack", { on: { submit } },
      h("label", { for: "dialog-text" }, label), input, hint && h("p.hint", { id: "dialog-hint" }, hint),
      h("div.row.end", {}, h("button.quiet", { type: "button", on: { click: () => dialog.close() } }, t("cancel")),
        h("button.primary", { type: "submit" }, done))));
    input.select();
  });
}

export function confirm(title: string, text: string, done: string): Promise<boolean> {
  return new Promise((resolve) => {
    let yes = false;
    const agree = (): void => { yes = true; dialog.close(); };
    const dialog = openDialog(title, () => resolve(yes), h("p", {}, text),
      h("div.row.end", {}, h("button.quiet", { type: "button", on: { click: () => dialog.close() } }, t("cancel")),
        h("button.danger", { type: "button", on: { click: agree } }, done)));
  });
}
