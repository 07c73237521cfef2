// Two windows wrote on one chat: what either added is kept.
import type { Message } from "../api/types";

/** What tells messages apart. The server may order an answer's details anew, so these are left out. */
export interface Trace { role: string; content: string; ending: string | undefined }

export function traces(messages: Message[]): Trace[] {
  return messages.map(({ role, content, answer }) => ({ role, content, ending: answer?.ending }));
}

function same(one: Trace | undefined, other: Trace | undefined): boolean {
  return one?.role === other?.role && one?.content === other?.content && one?.ending === other?.ending;
}

/**
 * `base` is what both began with. A message that one of them replaced (an answer that has been written since) is the new
 * one; what each added comes after, theirs first. Where both replaced the same message, ours becomes a turn of its own.
 */
export function merged(base: Trace[], ours: Message[], theirs: Message[]): Message[] {
  const mine = traces(ours), other = traces(theirs), common = Math.min(base.length, ours.length, theirs.length);
  const out: Message[] = [];
  let at = 0;
  for (; at < common; at++) {
    const changed = { here: !same(mine[at], base[at]), there: !same(other[at], base[at]) };
    if (changed.here && changed.there && !same(mine[at], other[at])) break;
    out.push((changed.there && !changed.here ? theirs : ours)[at] as Message);
  }
  // What one of them took out of the common beginning stays out.
  const added = (list: Message[], now: Trace[]): Message[] => list.slice(at).filter((_, i) => !same(now[at + i], base[at + i]));
  out.push(...(at < common ? theirs.slice(at) : added(theirs, other)));
  const tail = added(ours, mine), question = ours[at - 1];
  if (tail[0]?.role === "assistant" && question?.role === "user" && out[out.length - 1] !== question) out.push({ ...question });
  return [...out, ...tail];
}
