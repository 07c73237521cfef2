// How far the sending of files is, and which were not taken.
import { fill, h, iconButton, type Child } from "../dom";
import { bytes, t } from "../i18n";
import { onItsWay, refusals, stopSending, type Refusal } from "./upload";

const NAMED = 5; // the others are counted

function progress(): HTMLElement {
  const said = h("span.ellipsis"), amount = h("span.hint"), bar = h("progress");
  const root = h("div.progress", { hidden: true },
    h("div.row", {}, said, amount, h("button.link", { type: "button", on: { click: stopSending } }, t("cancel"))), bar);
  let before = "";
  onItsWay.show(root, (now) => {
    root.hidden = now === null;
    if (!now) return;
    const text = t(now.count === 1 ? "uploading" : "uploadingOf", { name: now.name, number: now.number, count: now.count });
    if (text !== before) said.textContent = before = text;
    amount.textContent = t("progress", { done: bytes(Math.min(now.sent, now.bytes)), total: bytes(now.bytes) });
    bar.max = now.bytes;
    bar.value = now.sent;
    bar.setAttribute("aria-label", text);
  });
  return root;
}

function listOf(refused: Refusal[]): Child[] {
  const more = refused.length - NAMED;
  return [h("ul", {}, refused.slice(0, NAMED).map(({ name, why }) => h("li", {}, h("strong", {}, name), ": ", why)),
    more > 0 && h("li", {}, t("andMore", { count: more })))];
}

function notTaken(): HTMLElement {
  const root = h("div.not-taken", { role: "alert", hidden: true });
  refusals.show(root, (refused) => {
    root.hidden = refused.length === 0;
    fill(root, refused.length > 0 && h("div", {}, h("p", {}, t(refused.length === 1 ? "oneNotTaken" : "notTaken", { count: refused.length })), listOf(refused)),
      refused.length > 0 && iconButton("close", t("close"), () => refusals.set([])));
  });
  return root;
}

export function sendingBox(): HTMLElement {
  return h("section.sending", { "aria-label": t("sending") }, progress(), notTaken());
}
