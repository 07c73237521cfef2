// The libraries that there are, kept up to date: often while one is being read, else now and then.
import { connection } from "../api/connection";
import { libraries } from "../api/libraries";
import type { Library } from "../api/types";
import { chosenLibrary, DEFAULT_LIBRARY, NO_LIBRARY } from "../settings/settings";
import { Store } from "../store";

const BUSY_MS = 700, IDLE_MS = 6000;

/** null: not known yet. */
export const shelf = new Store<Library[] | null>(null);

let timer = 0;
let newest: Promise<Library[]> | null = null;
const asked = new Set<string>();

export async function refreshShelf(): Promise<void> {
  const mine = newest = libraries.list();
  const list = await mine;
  if (newest !== mine) return; // one that was asked for later knows more
  shelf.set(list);
  const chosen = chosenLibrary.get(), first = list[0]?.name ?? DEFAULT_LIBRARY;
  if (chosen !== NO_LIBRARY && chosen !== first && !list.some((library) => library.name === chosen)) chosenLibrary.set(first);
}

export function libraryOf(name: string): Library | undefined {
  return shelf.get()?.find((library) => library.name === name);
}

/** What it is kept in step with, without the folder where files go that were dropped. */
export function foldersOf({ name, folders }: Library): string[] {
  return folders.filter((path) => !path.endsWith("/lectern/uploads/" + name));
}

function isBusy(): boolean {
  return shelf.get()?.some((library) => library.indexing !== null) ?? true;
}

/** Looks now, and goes on looking. */
export function watchShelf(): void {
  window.clearTimeout(timer);
  const wasBusy = isBusy(); // then once more soon: its last files may have come while the list was made
  const later = (): void => { timer = window.setTimeout(watchShelf, wasBusy || isBusy() ? BUSY_MS : IDLE_MS); };
  if (document.hidden || connection.waiting.get() !== null) return later();
  refreshShelf().catch(() => undefined).finally(later); // what fails is told where something is asked for
}

/** Somebody asked for that library to be read. */
export function watchReading(name: string): void {
  asked.add(name);
  watchShelf();
}

/** Whether somebody did: what is read at once is never seen at work. */
export function wasAsked(name: string): boolean {
  return asked.has(name);
}

/** Makes sure that there is a library of that name. */
export async function ensureLibrary(name: string): Promise<void> {
  if (libraryOf(name)) return;
  const list = await libraries.list();
  if (!list.some((library) => library.name === name)) await libraries.create(name);
}
