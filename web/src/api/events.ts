// Server-sent events of a streamed answer.
import { connection } from "./connection";

/** The stream ended before its end was told. */
export class CutOff extends Error {}

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
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const data = text.slice(0, end).replace(/^data: /, "");
      text = text.slice(end + 2);
      if (data === "[DONE]") return;
      yield JSON.parse(data);
    }
  }
}
