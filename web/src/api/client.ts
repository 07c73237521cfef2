// Requests of the API: with the key where one is needed, and with every failure as an ApiFailure.
import { connection } from "./connection";

export class ApiFailure extends Error {
  /** `status` 0: nobody answered. `detail` is what the server said. */
  constructor(readonly status: number, readonly code: string, readonly detail: string) {
    super(detail);
  }
}

const KEY = "lectern.key";
let askForKey: (wrong: boolean) => Promise<string> = () => Promise.reject(new ApiFailure(401, "missing_api_key", ""));

/** Who asks the person for the key. */
export function setKeyPrompt(prompt: (wrong: boolean) => Promise<string>): void {
  askForKey = prompt;
}

export function keyHeaders(): Record<string, string> {
  const key = sessionStorage.getItem(KEY);
  return key === null ? {} : { Authorization: "Bearer " + key };
}

let asking: Promise<void> | null = null;

// One question for all requests that were refused meanwhile.
function newKey(wrong: boolean): Promise<void> {
  asking ??= askForKey(wrong).then((key) => sessionStorage.setItem(KEY, key)).finally(() => { asking = null; });
  return asking;
}

export interface Options { signal?: AbortSignal; keepalive?: boolean; quiet?: boolean }

/** What a refusal says. */
export async function failureOf(response: Response): Promise<ApiFailure> {
  let code = "", detail = response.statusText;
  try {
    const error = (await response.json() as { error: { message: string; code: string | null } }).error;
    detail = error.message;
    code = error.code ?? "";
  } catch {
    // A proxy's own page, or a connection that broke: the status says enough.
  }
  return new ApiFailure(response.status, code, detail);
}

/** The answer, whatever it is made of. */
export async function ask(method: string, path: string, body?: unknown, options: Options = {}): Promise<Response> {
  const key = keyHeaders();
  const headers: Record<string, string> = { ...key };
  const request: RequestInit = { method, headers, keepalive: options.keepalive ?? false };
  if (options.signal) request.signal = options.signal;
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(path, request);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    connection.lost();
    throw new ApiFailure(0, "no_answer", "");
  }
  connection.found();
  if (response.status === 401 && !options.quiet) {
    if (keyHeaders()["Authorization"] === key["Authorization"]) await newKey("Authorization" in key);
    return ask(method, path, body, options);
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

export async function askJson<T>(method: string, path: string, body?: unknown, options: Options = {}): Promise<T> {
  const response = await ask(method, path, body, options);
  return await response.json() as T;
}
