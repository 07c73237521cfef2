// Says that the server does not answer, and when it is asked again.
import { connection } from "../api/connection";
import { fill, h } from "../dom";
import { t } from "../i18n";

export function banner(): HTMLElement {
  const said = h("span"), when = h("span.hint"); // the seconds are no news to a screen reader
  when.setAttribute("aria-hidden", "true");
  const root = h("div.banner", { role: "alert", hidden: true }, said, when,
    h("button.link", { type: "button", on: { click: () => void connection.tryNow() } }, t("tryNow")));
  connection.waiting.show(root, (seconds) => {
    if (root.hidden !== (seconds === null)) fill(said, seconds === null ? "" : t("offline"));
    root.hidden = seconds === null;
    fill(when, seconds === null ? "" : t("tryingAgain", { seconds }));
  });
  return root;
}
