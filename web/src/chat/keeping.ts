// Keeps a chat on the server: one change after the other, joined with what other windows wrote on it.
import { ApiFailure } from "../api/client";
import { chats } from "../api/chats";
import { connection } from "../api/connection";
import type { StoredChat } from "../api/types";
import { t } from "../i18n";
import { Store } from "../store";
import { note, toastFailure } from "../ui/toast";
import type { Conversation } from "./conversation";
import { merged, traces, type Trace } from "./merge";

const MOST_MERGES = 8; // of one save, while others go on writing
const WAITS_MS = [500, 1000, 2000], LATER_MS = 15_000; // while the server, or the file of chats, is busy with others

/** The chat that was stored last. */
export const saved = new Store<Conversation | null>(null);

export class Keeping {
  id: string | null = null;
  private revision = 0;
  private base: { title: string; messages: Trace[] } = { title: "", messages: [] }; // what the server had last
  private last: Promise<boolean> = Promise.resolve(true);
  private saves = 0; // under way
  private retries = false; // a save that failed comes again
  private ended = false;

  constructor(private readonly chat: Conversation) {}

  /** The chat is what `stored` says. */
  begin({ id, title, revision, messages }: StoredChat): void {
    this.id = id;
    this.revision = revision;
    this.base = { title, messages: traces(messages) };
  }

  get unsaved(): boolean {
    return this.saves > 0 || this.retries;
  }

  /** False where the server refuses it, which is told. A server that is away is asked again as soon as it is back. */
  save(): Promise<boolean> {
    this.saves += 1;
    this.last = this.last.then(() => this.store()).then(() => true, (error: unknown) => this.failed(error))
      .finally(() => { this.saves -= 1; });
    return this.last;
  }

  /** Nothing is stored any more once this has come true. */
  async end(): Promise<void> {
    this.ended = true;
    await this.last;
  }

  goOn(): void {
    this.ended = false;
  }

  private failed(error: unknown): boolean {
    const away = error instanceof ApiFailure && error.status === 0;
    if (away) this.saveLater((f) => connection.onceBack(f));
    else if (isBusy(error)) this.saveLater((f) => window.setTimeout(f, LATER_MS));
    if (!away) toastFailure(error); // else the connection's own line tells of it
    return away;
  }

  // Once, however many saves have failed.
  private saveLater(when: (f: () => void) => void): void {
    if (this.retries) return;
    this.retries = true;
    when(() => { this.retries = false; void this.save(); });
  }

  private async store(): Promise<void> {
    for (let merges = 0, waits = 0; !this.ended;) {
      try {
        await this.put();
        this.chat.changed();
        saved.set(this.chat);
        return;
      } catch (error) {
        const wait = isBusy(error) ? WAITS_MS[waits++] : undefined;
        if (wait !== undefined) await new Promise((resolve) => window.setTimeout(resolve, wait));
        else if (merges++ === MOST_MERGES || !await this.mended(error)) throw error;
      }
    }
  }

  private async put(): Promise<void> {
    const { id, revision } = this, { title, library, messages } = this.chat;
    const base = { title, messages: traces(messages) };
    const stored = await (id === null ? chats.create({ title, library, messages }) : chats.save({ id, title, library, messages, revision }));
    this.id = stored.id;
    this.revision = stored.revision;
    this.base = base;
  }

  /** Whether the chat, which another window changed or deleted, can be stored now. */
  private async mended(error: unknown): Promise<boolean> {
    if (!(error instanceof ApiFailure) || this.id === null) return false;
    if (error.status === 404) {
      this.id = null;
      note(t("keptAnew"));
      return true;
    }
    if (error.code !== "revision_conflict") return false;
    const theirs = await chats.load(this.id).catch((failure: unknown) => {
      if (failure instanceof ApiFailure && failure.status === 404) return null; // deleted just now
      throw failure;
    });
    if (theirs) this.join(theirs);
    return true;
  }

  private join(theirs: StoredChat): void {
    const { chat, base } = this;
    chat.messages = merged(base.messages, chat.messages, theirs.messages);
    if (chat.title === base.title) chat.title = theirs.title;
    this.revision = theirs.revision;
    chat.changed();
    note(t("otherWindow"));
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof ApiFailure && (error.status === 503 || (error.status === 409 && error.code !== "revision_conflict"));
}
