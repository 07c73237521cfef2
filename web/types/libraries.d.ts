// What the page uses of the libraries that it is bundled with.
declare const PDF_WORKER: string; // the worker's address, from web/bundle.py

declare module "marked" {
  export interface Token { type: string; raw: string; [field: string]: unknown }
  export interface Extension {
    name: string;
    level: "block" | "inline";
    start(source: string): number | undefined;
    tokenizer(source: string): Token | undefined;
    renderer(token: Token): string;
  }
  export interface Options { gfm?: boolean; breaks?: boolean; headerIds?: boolean; mangle?: boolean }
  export const marked: {
    use(options: { extensions?: Extension[]; renderer?: Record<string, (...parts: string[]) => string> }): void;
    parse(source: string, options: Options): string;
  };
}

declare module "dompurify" {
  interface Config {
    ALLOWED_TAGS?: string[];
    ALLOWED_ATTR?: string[];
    ALLOW_DATA_ATTR?: boolean;
    USE_PROFILES?: { mathMl?: boolean; html?: boolean };
    ADD_ATTR?: string[];
    FORBID_ATTR?: string[];
    RETURN_DOM_FRAGMENT: true;
  }
  const purifier: { sanitize(html: string, config: Config): DocumentFragment };
  export default purifier;
}

declare module "katex" {
  const katex: {
    renderToString(tex: string, options: {
      displayMode: boolean; output: "mathml"; throwOnError: boolean; trust: boolean; maxExpand: number; strict: "ignore";
    }): string;
  };
  export default katex;
}

declare module "highlight.js/lib/highlight" {
  const highlighter: {
    registerLanguage(name: string, language: unknown): void;
    getLanguage(name: string): unknown;
    highlight(language: string, code: string, ignoreIllegals: boolean): { value: string };
  };
  export default highlighter;
}
declare module "highlight.js/lib/languages/*" {
  const language: unknown;
  export default language;
}

declare module "pdfjs" {
  export interface Viewport { width: number; height: number }
  export interface PdfPage {
    getViewport(options: { scale: number }): Viewport;
    render(options: { canvasContext: CanvasRenderingContext2D; viewport: Viewport }): { promise: Promise<void>; cancel(): void };
    cleanup(): void;
  }
  export interface PdfDocument { numPages: number; getPage(number: number): Promise<PdfPage>; destroy(): Promise<void> }
  const pdfjs: {
    GlobalWorkerOptions: { workerSrc: string };
    getDocument(options: {
      url: string; httpHeaders?: Record<string, string>; isEvalSupported: false; cMapUrl: string; cMapPacked: boolean;
      standardFontDataUrl: string; enableXfa: false; disableAutoFetch: boolean;
    }): { promise: Promise<PdfDocument>; destroy(): Promise<void> };
  };
  export default pdfjs;
}
