// The routes of kept chats, and the one that answers.
import { ask, askJson, type Options } from "./client";
import type { ChatSummary, List, StoredChat } from "./types";

export type NewChat = Pick<StoredChat, "title" | "library" | "messages">;
const at = (id: string, rest = ""): string => `/v1/chats/${encodeURIComponent(id)}${rest}`;

export const chats = {
  list: (query: string, limit: number, offset: number): Promise<List<ChatSummary>> =>
    askJson("GET", `/v1/chats?limit=${limit}&offset=${offset}` + (query && "&query=" + encodeURIComponent(query))),
  create: (chat: NewChat): Promise<StoredChat> => askJson("POST", "/v1/chats", chat),
  load: (id: string): Promise<StoredChat> => askJson("GET", at(id)),
  save: (chat: StoredChat, options: Options = {}): Promise<StoredChat> => {
    const { title, library, messages, revision } = chat;
    return askJson("PUT", at(chat.id), { title, library, messages, revision }, options);
  },
  remove: (id: string): Promise<unknown> => ask("DELETE", at(id)),
  markdown: async (id: string, language: string): Promise<Blob> => (await ask("GET", at(id, "/markdown?language=" + language))).blob(),
};

export interface Question {
  model: string;
  messages: { role: string; content: string }[];
  library?: string;
  passages?: number;
  temperature: number;
  seed: number;
  max_tokens: number;
}

export function complete(question: Question, signal: AbortSignal): Promise<Response> {
  return ask("POST", "/v1/chat/completions", { ...question, stream: true, stream_options: { include_usage: true } }, { signal });
}
