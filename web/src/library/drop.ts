// Files and folders that are dropped on the page.
import { h } from "../dom";
import { t } from "../i18n";
import { chosenLibrary, chosenLibraryOrNone, DEFAULT_LIBRARY } from "../settings/settings";
import { toastFailure } from "../ui/toast";
import { upload, type NamedFile } from "./upload";

async function filesIn(entry: FileSystemEntry): Promise<NamedFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ name: file.name, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: FileSystemEntry[] = [];
  for (;;) { // it gives a hundred at a time
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    all.push(...some.filter((one) => !one.name.startsWith("."))); // hidden ones are not read in a watched folder either
  }
  const inside = await Promise.all(all.map(async (one) => one.isFile ? filesIn(one) : underNames(one.name, await filesIn(one))));
  return inside.flat();
}

// A library has one file of a name: those of a folder's folders say where they come from.
function underNames(folder: string, files: NamedFile[]): NamedFile[] {
  return files.map(({ name, file }) => ({ name: `${folder} – ${name}`, file }));
}

async function filesOf(transfer: DataTransfer): Promise<NamedFile[]> {
  const plain = [...transfer.files].map((file) => ({ name: file.name, file }));
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry): entry is FileSystemEntry => entry !== null);
  return entries.length === 0 ? plain : (await Promise.all(entries.map(filesIn))).flat();
}

async function take(transfer: DataTransfer): Promise<void> {
  try {
    const files = await filesOf(transfer);
    if (files.length === 0) return;
    const library = chosenLibraryOrNone() ?? DEFAULT_LIBRARY;
    chosenLibrary.set(library); // who just talked wants to talk about these
    await upload(library, files);
  } catch (error) {
    toastFailure(error);
  }
}

// Other things, as text that was selected, are the browser's to drag.
function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** Files may be dropped anywhere on the page: a veil says so while they hang over it. */
export function takeDrops(): void {
  const words = h("p"), veil = h("div.veil", { hidden: true }, words);
  document.body.append(veil);
  let depth = 0;
  const hang = (event: DragEvent, by: number): void => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth + by);
    words.textContent = t("dropNow");
    veil.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => hang(event, 1));
  document.addEventListener("dragleave", (event) => hang(event, -1));
  document.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    hang(event, -depth);
    if (event.dataTransfer) void take(event.dataTransfer);
  });
}
