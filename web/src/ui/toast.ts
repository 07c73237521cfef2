// Short messages at the page's foot, said to screen readers too; some can be undone.
import { h, iconButton } from "../dom";
import { t } from "../i18n";
import { asFailure, inWords } from "./failure";

const SHOWN_MS = 10_000;
const area = h("div.toasts", { role: "status", "aria-live": "polite" });

export function toastArea(): HTMLElement {
  return area;
}

export interface Action { label: string; run: () => void }

export function toast(text: string, action?: Action): void {
  const done = (): void => box.remove();
  const box = h("div.toast", {}, h("span", {}, text),
    action && h("button.link", { type: "button", on: { click: () => { done(); action.run(); } } }, action.label),
    iconButton("close", t("close"), done));
  area.replaceChildren(box); // one at a time: the last is what matters
  window.setTimeout(done, SHOWN_MS);
}

export function toastFailure(error: unknown): void {
  toast(inWords(asFailure(error)));
}

/** Runs `f`, and says what went wrong if it does. */
export async function trying(f: () => Promise<unknown>): Promise<boolean> {
  try {
    await f();
    return true;
  } catch (error) {
    toastFailure(error);
    return false;
  }
}
