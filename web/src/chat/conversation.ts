// One chat: its messages, and the answer that is being written.
import { ApiFailure } from "../api/client";
import { chats } from "../api/chats";
import type { AnswerDetails, Message, StoredChat } from "../api/types";
import { t } from "../i18n";
import { Store } from "../store";
import { toast, toastFailure } from "../ui/toast";
import { answer as writeAnswer } from "./answering";

const TITLE_LENGTH = 70;

export class Conversation {
  readonly changes = new Store<Conversation>(this);
  id: string | null = null;
  title = "";
  messages: Message[] = [];
  abort: AbortController | null = null; // of the answer that is being written
  resumes = false; // once the server answers again, the last answer goes on
  private revision = 0;
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
    this.abort = new AbortController();
    this.changed();
    await this.save(); // so that the question outlives this page, whatever happens
    await writeAnswer(this, message, this.abort.signal);
    this.abort = null;
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
    this.saving = this.saving.then(() => this.store()).catch((error: unknown) => this.notSaved(error));
    return this.saving;
  }

  private async store(): Promise<void> {
    const { title, library, messages } = this;
    if (this.id === null) {
      const stored = await chats.create({ title, library, messages });
      this.id = stored.id;
      this.revision = stored.revision;
    } else {
      this.revision = (await chats.save({ id: this.id, title, library, messages, revision: this.revision })).revision;
    }
    this.changed();
    saved.set(this);
  }

  private async notSaved(error: unknown): Promise<void> {
    if (error instanceof ApiFailure && error.status === 409 && this.id !== null && !this.abort) {
      this.take(await chats.load(this.id));
      this.changed();
      toast(t("otherWindow"));
    } else if (!(error instanceof ApiFailure && error.status === 0)) { // the connection's own line tells of that
      toastFailure(error);
    }
  }

  private take(stored: StoredChat): void {
    this.id = stored.id;
    this.title = stored.title;
    this.revision = stored.revision;
    this.messages = stored.messages;
  }

  private snapshot(): () => void {
    const messages = [...this.messages];
    return () => {
      this.stop();
      this.messages = messages;
      this.changed();
      void this.save();
    };
  }
}

/** The chat that was stored last. */
export const saved = new Store<Conversation | null>(null);

export function endedWell(details: AnswerDetails | undefined): boolean {
  return details === undefined || details.ending === "whole";
}

function titleOf(question: string): string {
  const line = question.replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= TITLE_LENGTH ? line : characters.slice(0, TITLE_LENGTH - 1).join("").trimEnd() + "…";
}
