// One chat: its messages, and the answer that is being written.
import { ApiFailure } from "../api/client";
import { chats } from "../api/chats";
import type { Message, StoredChat } from "../api/types";
import { t } from "../i18n";
import { Store } from "../store";
import { note, toastFailure } from "../ui/toast";
import { answer as writeAnswer } from "./answering";
import { merged, traces, type Trace } from "./merge";

const TITLE_LENGTH = 70;
const MOST_MERGES = 8; // of one save, while others go on writing

export class Conversation {
  readonly changes = new Store<Conversation>(this);
  id: string | null = null;
  title = "";
  messages: Message[] = [];
  abort: AbortController | null = null; // of the answer that is being written
  written: Message | null = null; // that answer
  resumes = false; // once the server answers again, the last answer goes on
  private revision = 0;
  private base: { title: string; messages: Trace[] } = { title: "", messages: [] }; // what the server had last
  private readonly fromElsewhere = new Set<Message>();
  private saving: Promise<void> = Promise.resolve();

  constructor(public library: string | null) {}

  static of(stored: StoredChat): Conversation {
    const chat = new Conversation(stored.library);
    chat.take(stored);
    return chat;
  }

  changed(): void {
    this.changes.set(this);
  }

  get last(): Message | undefined {
    return this.messages[this.messages.length - 1];
  }

  async ask(text: string): Promise<void> {
    if (!this.title) this.title = titleOf(text);
    this.messages.push({ role: "user", content: text });
    await this.answer();
  }

  /** Answers the last question. `kept`: an answer to it that broke off, shown until the new one is as long. */
  async answer(kept?: Message): Promise<void> {
    const message: Message = kept ?? { role: "assistant", content: "", answer: { ending: "cut" } };
    if (!kept) this.messages.push(message);
    const abort = this.abort = new AbortController();
    this.written = message;
    this.changed();
    await this.save(); // so that the question outlives this page, whatever happens
    await writeAnswer(this, message, abort.signal);
    if (this.abort === abort) this.abort = this.written = null; // else another answer has begun
    this.changed();
    await this.save();
  }

  stop(): void {
    this.abort?.abort();
  }

  /** Answers the last question again. Returns what brings the former answer back. */
  again(): () => void {
    const before = this.snapshot();
    while (this.last?.role === "assistant") this.messages.pop();
    void this.answer();
    return before;
  }

  /** Replaces a question and all that followed it. Returns what undoes that. */
  edit(index: number, text: string): () => void {
    const before = this.snapshot();
    this.messages.length = index;
    void this.ask(text);
    return before;
  }

  rename(title: string): Promise<void> {
    this.title = title;
    this.changed();
    return this.save();
  }

  save(): Promise<void> {
    this.saving = this.saving.then(() => this.store()).catch((error: unknown) => {
      if (!(error instanceof ApiFailure && error.status === 0)) toastFailure(error); // the connection's own line tells of that
    });
    return this.saving;
  }

  private async store(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.put();
        break;
      } catch (error) {
        if (tries === MOST_MERGES || !await this.mended(error)) throw error;
      }
    }
    this.changed();
    saved.set(this);
  }

  private async put(): Promise<void> {
    const { id, title, library, messages, revision } = this;
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
    if (error.status !== 409) return false;
    const theirs = await chats.load(this.id).catch((failure: unknown) => {
      if (failure instanceof ApiFailure && failure.status === 404) return null; // deleted just now
      throw failure;
    });
    if (theirs) this.join(theirs);
    return true;
  }

  private join(theirs: StoredChat): void {
    const before = new Set(this.messages);
    this.messages = merged(this.base.messages, this.messages, theirs.messages);
    for (const message of this.messages) if (!before.has(message)) this.fromElsewhere.add(message);
    if (this.title === this.base.title) this.title = theirs.title;
    this.revision = theirs.revision;
    this.changed();
    note(t("otherWindow"));
  }

  private take(stored: StoredChat): void {
    this.id = stored.id;
    this.title = stored.title;
    this.revision = stored.revision;
    this.messages = stored.messages;
    this.base = { title: stored.title, messages: traces(stored.messages) };
  }

  private snapshot(): () => void {
    const messages = [...this.messages];
    return () => {
      this.stop();
      const since = this.messages.filter((message) => this.fromElsewhere.has(message) && !messages.includes(message));
      this.messages = [...messages, ...since];
      this.changed();
      void this.save();
    };
  }
}

/** The chat that was stored last. */
export const saved = new Store<Conversation | null>(null);

function titleOf(question: string): string {
  const line = question.replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= TITLE_LENGTH ? line : characters.slice(0, TITLE_LENGTH - 1).join("").trimEnd() + "…";
}
