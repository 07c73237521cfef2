// The answer to a chat's last question, written into a message as it comes.
import { complete, type Question } from "../api/chats";
import { connection } from "../api/connection";
import { CutOff, events } from "../api/events";
import type { AnswerDetails, Figures, Message } from "../api/types";
import { answerSettings } from "../settings/settings";
import { answeringModel, isLoaded, refreshModels } from "../settings/shelf";
import { t } from "../i18n";
import { asFailure } from "../ui/failure";
import type { Conversation } from "./conversation";

interface Piece extends Pick<AnswerDetails, "citations" | "passages" | "sentences" | "declined"> {
  choices?: { delta?: { content?: string }; finish_reason: string | null }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  error?: { message: string; code: string | null };
}

// An answer that is begun again after it was cut off is the same one.
const seeds = new WeakMap<Message, number>();

function seedOf(message: Message): number {
  const seed = seeds.get(message) ?? Math.floor(Math.random() * 2 ** 31);
  seeds.set(message, seed);
  return seed;
}

function questionOf(chat: Conversation, message: Message, model: string): Question {
  const { temperature, passages, answerTokens } = answerSettings.get();
  const before = chat.messages.slice(0, chat.messages.indexOf(message));
  const said = before.filter((m, i) => // a question without an answer would leave two in a row
    m.content !== "" && (m.role === "assistant" || i === before.length - 1 || before[i + 1]?.content !== ""));
  const question: Question = {
    model, temperature, seed: seedOf(message), max_tokens: answerTokens, messages: said.map(({ role, content }) => ({ role, content })),
  };
  if (chat.library !== null) Object.assign(question, { library: chat.library, passages });
  return question;
}

class Writing {
  private readonly begin = performance.now();
  private first = 0;
  private text = "";
  readonly details: AnswerDetails;

  constructor(private readonly chat: Conversation, private readonly message: Message, model: string) {
    this.details = { ending: "cut", model };
    message.answer = this.details;
  }

  take(piece: Piece): void {
    if (piece.error) throw Object.assign(new Error(piece.error.message), { code: piece.error.code ?? "" });
    const added = piece.choices?.[0]?.delta?.content ?? "";
    if (added) {
      this.first ||= performance.now();
      this.text += added;
      // What an interrupted answer had said stays until the new one is as long.
      if (this.text.length >= this.message.content.length) this.message.content = this.text;
    }
    if (piece.choices?.[0]?.finish_reason === "length") this.details.length_reached = true;
    for (const field of ["citations", "passages", "sentences", "declined"] as const)
      if (piece[field] !== undefined) Object.assign(this.details, { [field]: piece[field] });
    if (piece.usage) this.details.figures = this.figures(piece.usage.prompt_tokens, piece.usage.completion_tokens);
    this.chat.changed();
  }

  whole(): void {
    this.message.content = this.text;
    this.details.ending = "whole";
  }

  private figures(input_tokens: number, output_tokens: number): Figures {
    const first = this.first || performance.now();
    return {
      ttft_ms: first - this.begin, seconds: (performance.now() - first) / 1000, input_tokens, output_tokens,
      passages: this.details.passages?.length ?? 0,
    };
  }
}

/** Fills `message`. Whatever happens is told in its details; this does not throw. */
export async function answer(chat: Conversation, message: Message, signal: AbortSignal): Promise<void> {
  const model = answeringModel();
  const writing = new Writing(chat, message, model);
  try {
    if (!model) throw new Error(t("noModel"));
    const response = await complete(questionOf(chat, message, model), signal);
    for await (const piece of events(response)) writing.take(piece as Piece);
    writing.whole();
    if (!isLoaded(model)) void refreshModels().catch(() => undefined); // it is now
  } catch (error) {
    const { details } = writing;
    if (signal.aborted) {
      details.ending = "stopped";
    } else if (error instanceof CutOff || asFailure(error).status === 0) {
      goOnLater(chat, message);
    } else {
      details.ending = "failed";
      details.failure = { ...asFailure(error), ...("code" in (error as object) && { code: (error as { code: string }).code }) };
    }
  }
}

const MOST_RESUMPTIONS = 3;
const resumptions = new WeakMap<Message, number>();

// As soon as the server is back, if nothing was asked meanwhile.
function goOnLater(chat: Conversation, message: Message): void {
  const tries = (resumptions.get(message) ?? 0) + 1;
  chat.resumes = tries <= MOST_RESUMPTIONS;
  if (!chat.resumes) return;
  resumptions.set(message, tries);
  connection.onceBack(() => {
    chat.resumes = false;
    if (chat.last === message && !chat.abort && message.answer?.ending === "cut") void chat.answer(message);
  });
}
