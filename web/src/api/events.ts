// Server-sent events of a streamed answer.
import { connection } from "./connection";

/** The stream ended before its end was told. */
export class CutOff extends Error {}

const LINE_END = /\r?\n/, END = /\r?\n\r?\n/;

// An event may have its data on several lines, and other lines too: comments begin with a colon.
function dataOf(event: string): string {
  return event.split(LINE_END).filter((line) => line.startsWith("data:")).map((line) => line.slice(5).replace(/^ /, "")).join("\n");
}

/** Each event's JSON until the one that says [DONE]. */
export async function* events(response: Response): AsyncGenerator<unknown> {
  if (!response.body) throw new CutOff();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    let part: ReadableStreamReadResult<string>;
    try {
      part = await reader.read();
    } catch (error) {
      if ((error as Error).name === "AbortError") throw error;
      connection.lost();
      throw new CutOff();
    }
    if (part.done) {
      connection.lost();
      throw new CutOff();
    }
    text += part.value;
    const whole = text.split(END);
    text = whole.pop() ?? "";
    for (const data of whole.map(dataOf)) {
      if (data === "[DONE]") return;
      if (data) yield JSON.parse(data);
    }
  }
}
