// Short messages at the page's foot, said to screen readers too; some can be undone.
import { h, iconButton } from "../dom";
import { t } from "../i18n";
import { asFailure, inWords } from "./failure";

const SHOWN_MS = 10_000, UNDOABLE_MS = 30_000;
const area = h("div.toasts", { role: "status", "aria-live": "polite" });

export function toastArea(): HTMLElement {
  return area;
}

/** Into the window that is open: what lies under it can neither be read nor pressed. */
export function placeToasts(): void {
  const windows = document.querySelectorAll("dialog[open]");
  const place = windows[windows.length - 1] ?? document.querySelector("#app");
  if (place && area.parentElement !== place) place.append(area);
}

export interface Action { label: string; run: () => void }

let undo: (() => void) | null = null; // what the toast that is shown offers

export function toast(text: string, action?: Action): void {
  const done = (): void => {
    if (box.isConnected) undo = null;
    box.remove();
  };
  const act = (): void => { done(); action?.run(); };
  const box = h("div.toast", {}, h("span", {}, text),
    action && h("button.link", { type: "button", on: { click: act } }, action.label),
    iconButton("close", t("close"), done));
  placeToasts();
  area.replaceChildren(box); // one at a time: the last is what matters
  undo = action ? act : null;
  window.setTimeout(done, action ? UNDOABLE_MS : SHOWN_MS);
}

// Ctrl+Z does what it offers: the way there by Tab may be long.
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea");
  if (!undo || typing || event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  undo();
});
/** What is good to know, and no reason to take away what can be undone. */
export function note(text: string): void {
  if (!area.querySelector("button.link")) toast(text);
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
