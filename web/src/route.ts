// Which view is shown: #/ is a new chat, #/chat/ID a kept one, #/files the library's page.
import { Store } from "./store";

export interface Route { view: "chat" | "files"; id: string | null }

function current(): Route {
  const [, view = "", id = ""] = location.hash.split("/");
  if (view === "files") return { view, id: null };
  return { view: "chat", id: view === "chat" && id ? decoded(id) : null };
}

// An address may be typed or cut short: one that is no escape is taken as it is, and no chat will have that name.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const route = new Store<Route>(current());
window.addEventListener("hashchange", () => route.set(current()));

export function go(path: string): void {
  if (location.hash === "#/" + path) route.set(current());
  else location.hash = "#/" + path;
}

/** The same view under another address, without a step in the history. */
export function renameRoute(path: string): void {
  history.replaceState(null, "", "#/" + path);
}
