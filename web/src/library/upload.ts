// Files that were dropped or chosen, sent one after the other.
import { connection } from "../api/connection";
import { libraries } from "../api/libraries";
import { t } from "../i18n";
import { Store } from "../store";
import { asFailure, inWords } from "../ui/failure";
import { toast, toastFailure } from "../ui/toast";
import { ensureLibrary, watchReading, watchShelf } from "./shelf";

export interface NamedFile { name: string; file: File }

/** The file that is on its way, the `number`th of `count`; `sent` of its bytes are. */
export interface OnItsWay { name: string; number: number; count: number; sent: number; bytes: number }

export const onItsWay = new Store<OnItsWay | null>(null);

export interface Refusal { name: string; why: string }

/** What was not taken, until somebody has read it. */
export const refusals = new Store<Refusal[]>([]);

let stopping = new AbortController();
let turn: Promise<void> = Promise.resolve();

export function stopSending(): void {
  stopping.abort();
}

/** What is given while others are sent comes after them. */
export function upload(library: string, files: NamedFile[]): Promise<void> {
  turn = turn.then(() => sendAll(library, files));
  return turn;
}

async function sendAll(library: string, files: NamedFile[]): Promise<void> {
  stopping = new AbortController();
  let sent: string[] = [];
  try {
    await ensureLibrary(library);
    for (const [i, { name, file }] of files.entries()) {
      onItsWay.set({ name, number: i + 1, count: files.length, sent: 0, bytes: file.size });
      if (await sendOne(library, name, file)) sent = [...sent, name];
      if (stopping.signal.aborted) break;
    }
  } catch (error) {
    toastFailure(error);
  }
  onItsWay.set(null);
  if (sent.length === 0) return watchShelf();
  toast(sent.length === 1 ? t("uploadedOne", { name: sent[0] ?? "" }) : t("uploaded", { count: sent.length }));
  watchReading(library);
}

// Whether it was taken. One that is not keeps no other from being sent.
async function sendOne(library: string, name: string, file: File): Promise<boolean> {
  const { signal } = stopping;
  const refuse = (why: string): false => {
    refusals.set([...refusals.get(), { name, why }]);
    return false;
  };
  const progress = (sent: number): void => {
    const now = onItsWay.get();
    if (now) onItsWay.set({ ...now, sent });
  };
  if (file.size === 0) return refuse(t("fileEmpty"));
  try {
    await libraries.upload(library, name, file, { progress, signal });
    return true;
  } catch (error) {
    if (connection.waiting.get() !== null) await backOrStopped(signal);
    else if (!signal.aborted) return refuse(inWords(asFailure(error)));
    return signal.aborted ? false : sendOne(library, name, file);
  }
}

function backOrStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    connection.onceBack(resolve);
    signal.addEventListener("abort", () => resolve());
  });
}
