// Letters of formulas in a style that means something, as \mathbb{R}: Chromium knows no `mathvariant` but "normal", so they
// are written with the characters that Unicode has for them.

/** Where the capitals, the small letters and the digits of a style begin; 0 where it has none of its own. */
const STYLES: Record<string, [number, number, number]> = {
  "bold": [0x1d400, 0x1d41a, 0x1d7ce],
  "italic": [0x1d434, 0x1d44e, 0],
  "bold-italic": [0x1d468, 0x1d482, 0],
  "script": [0x1d49c, 0x1d4b6, 0],
  "fraktur": [0x1d504, 0x1d51e, 0],
  "double-struck": [0x1d538, 0x1d552, 0x1d7d8],
  "sans-serif": [0x1d5a0, 0x1d5ba, 0x1d7e2],
  "monospace": [0x1d670, 0x1d68a, 0x1d7f6],
};

// Those that Unicode had before stand elsewhere.
const ELSEWHERE: Record<string, Record<string, string>> = {
  "italic": { h: "ℎ" },
  "script": { B: "ℬ", E: "ℰ", F: "ℱ", H: "ℋ", I: "ℐ", L: "ℒ", M: "ℳ", R: "ℛ", e: "ℯ", g: "ℊ", o: "ℴ" },
  "fraktur": { C: "ℭ", H: "ℌ", I: "ℑ", R: "ℜ", Z: "ℨ" },
  "double-struck": { C: "ℂ", H: "ℍ", N: "ℕ", P: "ℙ", Q: "ℚ", R: "ℝ", Z: "ℤ" },
};

function styled(letter: string, style: string): string {
  const [capitals, small, digits] = STYLES[style] ?? [0, 0, 0];
  const from = (base: number, first: string): string =>
    base === 0 ? letter : String.fromCodePoint(base + letter.charCodeAt(0) - first.charCodeAt(0));
  const elsewhere = ELSEWHERE[style]?.[letter];
  if (elsewhere) return elsewhere;
  if (/[A-Z]/.test(letter)) return from(capitals, "A");
  if (/[a-z]/.test(letter)) return from(small, "a");
  return /[0-9]/.test(letter) ? from(digits, "0") : letter;
}

export function spellVariants(root: ParentNode): void {
  for (const element of root.querySelectorAll("mi[mathvariant], mn[mathvariant], mtext[mathvariant]")) {
    const style = element.getAttribute("mathvariant") ?? "";
    if (!(style in STYLES) || element.children.length > 0) continue;
    element.textContent = [...element.textContent ?? ""].map((letter) => styled(letter, style)).join("");
    element.removeAttribute("mathvariant");
  }
}
