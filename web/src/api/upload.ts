// Sends a file, and tells how far it is: what fetch() does not tell.
import { ApiFailure, failureOf, keyHeaders } from "./client";
import { connection } from "./connection";

export interface Sending { progress: (sent: number) => void; signal: AbortSignal }

/** Throws ApiFailure, also where `signal` stopped it. */
export function send(path: string, file: File, { progress, signal }: Sending): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(keyHeaders())) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      connection.found();
      if (request.status < 300) return resolve();
      void failureOf(new Response(request.responseText, { status: request.status })).then(reject);
    });
    request.addEventListener("error", () => void connection.tryNow().then(() => reject(new ApiFailure(0, "sending_broke", ""))));
    request.addEventListener("abort", () => reject(new ApiFailure(0, "sending_stopped", "")));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
