// How an answer came about: shown on request.
import type { AnswerDetails } from "../api/types";
import { h } from "../dom";
import { counted, number, t } from "../i18n";

export function figuresTable(details: AnswerDetails): HTMLElement {
  const { figures, model } = details;
  const rows: [string, string][] = [];
  if (figures) {
    const { ttft_ms, seconds, input_tokens, output_tokens, passages } = figures;
    rows.push([t("figureFirst"), number(ttft_ms) + " ms"]);
    if (seconds > 0 && output_tokens > 1) rows.push([t("figureSpeed"), t("figureSpeedValue", { speed: number((output_tokens - 1) / seconds) })]);
    rows.push([t("figureRead"), t("figureReadValue", { passages: counted("passages", passages), tokens: counted("tokens", input_tokens) })]);
    rows.push([t("figureWritten"), counted("tokens", output_tokens)]);
  }
  if (model) rows.push([t("figureModel"), model]);
  return h("dl.figures", {}, rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}
