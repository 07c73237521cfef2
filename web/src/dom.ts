// Elements out of names, attributes and children. Text is always text: nothing here parses HTML.
export type Child = Node | string | number | null | undefined | false;

type Handler = (event: never) => void;
export type Attributes = { on?: Record<string, Handler>; [name: string]: unknown };

/** h("button.quiet", { type: "button", on: { click: f } }, "Stop"): a false or null attribute is left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K | `${K}.${string}`, attributes: Attributes = {}, ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag as K);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) set(element, key, value);
  element.append(...kept(children));
  return element;
}

function set(element: HTMLElement, key: string, value: unknown): void {
  if (key === "on") {
    for (const [type, f] of Object.entries(value as Record<string, Handler>)) element.addEventListener(type, f as EventListener);
  } else if (value === true) {
    element.setAttribute(key, "");
  } else if (value !== false && value !== null && value !== undefined) {
    element.setAttribute(key, String(value));
  }
}

function kept(children: (Child | Child[])[]): (Node | string)[] {
  return children.flat().filter((c) => c !== null && c !== undefined && c !== false).map((c) => c instanceof Node ? c : String(c));
}

export function fill(element: Element, ...children: (Child | Child[])[]): void {
  element.replaceChildren(...kept(children));
}

const REACHED_BY_KEYS = "a[href], button:not(:disabled), input, select";

function reachedByKeys(element: Element): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>(REACHED_BY_KEYS)];
}

/** As fill, for what changes while somebody works in it: the focus stays on what has the same `data-key`; `lost` is called
 * where there is none, with the place in the order of keys that it had. */
export function refillOr(lost: (at: number) => void, element: Element, ...children: (Child | Child[])[]): void {
  const had = document.activeElement as HTMLElement | null;
  const at = had ? reachedByKeys(element).indexOf(had) : -1;
  fill(element, ...children);
  if (!had || at < 0) return;
  const key = had.dataset["key"];
  const same = key === undefined ? undefined : reachedByKeys(element).find((one) => one.dataset["key"] === key);
  if (same && same.getClientRects().length > 0) same.focus({ preventScroll: true });
  else lost(at);
}

/** As refillOr: where it is lost, the focus goes to what has come in its place. */
export function refill(element: Element, ...children: (Child | Child[])[]): void {
  refillOr((at) => {
    const now = reachedByKeys(element);
    (now[Math.min(at, now.length - 1)] ?? element.closest<HTMLElement>("[tabindex]"))?.focus({ preventScroll: true });
  }, element, ...children);
}

const SHAPES: Record<string, string> = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  gear: "M4 8h9M17 8h3M4 16h3M11 16h9M15 6v4M9 14v4",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  again: "M19 12a7 7 0 1 1-2-5M19 4v4h-4",
  edit: "M5 19h3L19 8l-3-3L5 16z",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  file: "M7 4h7l4 4v12H7zM14 4v4h4",
  folder: "M4 7h6l2 2h8v10H4z",
  search: "M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15.500 15.500L20 20",
  figures: "M5 19V11M12 19V5M19 19v-6",
};

/** A drawing for the eye alone: what it stands for is said beside it or in a label. */
export function icon(name: keyof typeof SHAPES & string): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" }))
    svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name] ?? "");
  svg.append(path);
  return svg;
}

/** A button that shows an icon, and is called `label`. */
export function iconButton(name: string, label: string, click: (event: MouseEvent) => void, attributes: Attributes = {}): HTMLButtonElement {
  return h("button.icon-button", { type: "button", "aria-label": label, title: label, on: { click }, ...attributes }, icon(name));
}
