// The routes of libraries and their documents.
import { ask, askJson, type Options } from "./client";
import { send, type Sending } from "./upload";
import type { DocumentText, Library, LibraryFile, List, Named, PageBoxes, Span } from "./types";

const at = (library: string, rest = "", query: Record<string, string | number> = {}): string => {
  const parameters = new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)])).toString();
  return `/v1/libraries/${encodeURIComponent(library)}${rest}${parameters && "?" + parameters.replace(/\+/g, "%20")}`;
};

const ofFile = (library: string, rest: string, { file, file_encoded }: Named, query: Record<string, string | number> = {}): string => {
  const address = at(library, "/files" + rest, query);
  return `${address}${address.includes("?") ? "&" : "?"}file=${file_encoded ?? encodeURIComponent(file)}`;
};

export const libraries = {
  list: async (): Promise<Library[]> => (await askJson<List<Library>>("GET", "/v1/libraries")).data,
  create: (name: string): Promise<Library> => askJson("POST", "/v1/libraries", { name }),
  remove: (name: string): Promise<unknown> => ask("DELETE", at(name)),
  addFolder: (name: string, path: string): Promise<Library> => askJson("POST", at(name, "/folders"), { path }),
  removeFolder: (name: string, path: string): Promise<unknown> => ask("DELETE", at(name, "/folders", { path })),
  read: (name: string): Promise<unknown> => ask("POST", at(name, "/indexing")),
  cancel: (name: string): Promise<unknown> => ask("DELETE", at(name, "/indexing")),
  files: (name: string, query: string, state: string, offset: number, limit: number): Promise<List<LibraryFile>> =>
    askJson("GET", at(name, "/files", { offset, limit, ...(query && { query }), ...(state && { state }) })),
  upload: (library: string, name: string, file: File, sending: Sending): Promise<void> => send(at(library, "/files", { name }), file, sending),
  removeFile: (name: string, file: Named): Promise<unknown> => ask("DELETE", ofFile(name, "", file)),
  readFile: (name: string, file: Named): Promise<unknown> => ask("POST", ofFile(name, "/reread", file)),
  text: (name: string, file: Named, options: Options): Promise<DocumentText> =>
    askJson("GET", ofFile(name, "/text", file), undefined, options),
  boxes: async (name: string, file: Named, [begin, end]: Span, options: Options): Promise<PageBoxes[]> =>
    (await askJson<List<PageBoxes>>("GET", ofFile(name, "/boxes", file, { begin, end }), undefined, options)).data,
  contentAddress: (name: string, file: Named): string => ofFile(name, "/content", file),
  suggestions: async (name: string, language: string): Promise<string[]> =>
    (await askJson<List<string>>("GET", at(name, "/suggestions", { language }))).data,
};
