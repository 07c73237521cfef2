// Formulas: TeX to MathML, which browsers set by themselves, without a style that the page's policy would refuse.
import DOMPurify from "dompurify";
import { spellVariants } from "./variants";

const TABLE_ATTRIBUTES = ["columnalign", "columnspacing"]; // which DOMPurify does not know

let katex: typeof import("katex").default | null = null;
let loading: Promise<unknown> | null = null;

function setOne(element: Element): void {
  if (!katex) return;
  const tex = element.textContent ?? "";
  try {
    const html = katex.renderToString(tex, {
      displayMode: element.classList.contains("math-block"), output: "mathml", throwOnError: true, trust: false, maxExpand: 200,
      strict: "ignore",
    });
    const formula = html.replace(/<annotation\b[\s\S]*?<\/annotation>/g, ""); // its TeX, which would stay as stray words
    const fragment = DOMPurify.sanitize(formula, {
      USE_PROFILES: { mathMl: true }, ADD_ATTR: TABLE_ATTRIBUTES, FORBID_ATTR: ["href", "xlink:href", "id", "xml:id"], ALLOW_DATA_ATTR: false,
      RETURN_DOM_FRAGMENT: true,
    });
    spellVariants(fragment);
    element.replaceChildren(fragment);
  } catch {
    element.classList.add("math-raw"); // no formula that we know: its source is better than nothing
  }
}

/** Sets those in `root`, now or when KaTeX has come. */
export function setFormulas(root: ParentNode): void {
  const found = [...root.querySelectorAll("span.math")];
  if (found.length === 0) return;
  if (katex) return found.forEach(setOne);
  loading ??= import("katex").then((module) => { katex = module.default; });
  void loading.then(() => found.forEach(setOne));
}
