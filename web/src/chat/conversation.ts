// One chat: its messages, and the answer that is being written.
import type { Message, StoredChat } from "../api/types";
import { Store } from "../store";
import { answer as writeAnswer } from "./answering";
import { Keeping } from "./keeping";

const TITLE_LENGTH = 70; // characters

export class Conversation {
  readonly changes = new Store<Conversation>(this);
  title = "";
  messages: Message[] = [];
  abort: AbortController | null = null; // of the answer that is being written
  written: Message | null = null; // that answer
  resumes = false; // once the server answers again, the last answer goes on
  private readonly keeping = new Keeping(this);
  private answering: Promise<void> = Promise.resolve();

  constructor(public library: string | null) {}

  static of(stored: StoredChat): Conversation {
    const chat = new Conversation(stored.library);
    chat.title = stored.title;
    chat.messages = stored.messages;
    chat.keeping.begin(stored);
    return chat;
  }

  /** null: it is not stored yet. */
  get id(): string | null {
    return this.keeping.id;
  }

  /** Nothing of it is being written, stored, or waiting for either. */
  get finished(): boolean {
    return this.abort === null && !this.resumes && !this.keeping.unsaved;
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
  answer(kept?: Message): Promise<void> {
    this.stop(); // one at a time
    this.answering = this.write(kept);
    return this.answering;
  }

  private async write(kept?: Message): Promise<void> {
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
    return this.replacing(() => {
      while (this.last?.role === "assistant") this.messages.pop();
      void this.answer();
    });
  }

  /** Replaces a question and all that followed it. Returns what undoes that. */
  edit(index: number, text: string): () => void {
    return this.replacing(() => {
      this.messages.length = index;
      void this.ask(text);
    });
  }

  /** Where the server refuses the title, the chat has its former one again. */
  async rename(title: string): Promise<void> {
    const before = this.title;
    this.title = title;
    this.changed();
    if (await this.save() || this.title !== title) return;
    this.title = before;
    this.changed();
  }

  /** False where the server refuses it. */
  save(): Promise<boolean> {
    return this.keeping.save();
  }

  /** It is about to be deleted: the answer stops, and once that is kept, nothing more is. */
  async discard(): Promise<void> {
    this.stop();
    await this.answering;
    await this.keeping.end();
  }

  /** It was not deleted after all. */
  goOn(): void {
    this.keeping.goOn();
  }

  // What is undone is the replacement alone: what was asked since stays.
  private replacing(replace: () => void): () => void {
    const before = [...this.messages];
    replace();
    const replacement = this.messages.filter((message) => !before.includes(message));
    return () => {
      if (this.written && replacement.includes(this.written)) this.stop();
      const since = this.messages.filter((message) => !before.includes(message) && !replacement.includes(message));
      this.messages = [...before, ...since];
      this.changed();
      void this.save();
    };
  }
}

function titleOf(question: string): string {
  const line = question.replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= TITLE_LENGTH ? line : characters.slice(0, TITLE_LENGTH - 1).join("").trimEnd() + "…";
}
