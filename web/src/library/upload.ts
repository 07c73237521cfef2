// Files that were dropped or chosen, sent one after the other.
import { libraries } from "../api/libraries";
import { h } from "../dom";
import { t } from "../i18n";
import { Store } from "../store";
import { toast, toastFailure } from "../ui/toast";
import { ensureLibrary, watchShelf } from "./shelf";

/** The name of the file that is on its way. */
export const uploading = new Store<string | null>(null);

export async function upload(library: string, files: File[]): Promise<void> {
  let sent = 0;
  try {
    await ensureLibrary(library);
    for (const file of files) {
      uploading.set(file.name);
      await libraries.upload(library, file);
      sent += 1;
    }
    if (sent > 0) toast(sent === 1 ? t("uploadedOne", { name: files[0]?.name ?? "" }) : t("uploaded", { count: sent }));
  } catch (error) {
    toastFailure(error);
  } finally {
    uploading.set(null);
    watchShelf();
  }
}

/** A folder cannot be sent as a file: its files are found one by one. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry): entry is FileSystemEntry => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(filesIn))).flat();
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: FileSystemEntry[] = [];
  for (;;) { // it gives a hundred at a time
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    all.push(...some);
  }
  return (await Promise.all(all.map(filesIn))).flat();
}

/** Files may be dropped anywhere on the page: a veil says so while they hang over it. */
export function takeDrops(library: () => string | null): void {
  const words = h("p"), veil = h("div.veil", { hidden: true }, words);
  document.body.append(veil);
  let depth = 0;
  const carries = (event: DragEvent): boolean => library() !== null && (event.dataTransfer?.types.includes("Files") ?? false);
  const show = (): void => {
    words.textContent = t("dropNow");
    veil.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => { if (carries(event)) { depth += 1; show(); } });
  document.addEventListener("dragleave", (event) => { if (carries(event)) { depth = Math.max(0, depth - 1); show(); } });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    show();
    const name = library();
    if (name !== null && event.dataTransfer) void filesOf(event.dataTransfer).then((files) => upload(name, files));
  });
}
