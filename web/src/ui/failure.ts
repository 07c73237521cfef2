// Failures in words: what happened and what to do.
import { ApiFailure } from "../api/client";
import { has, t } from "../i18n";
import { serverWords } from "../i18n/server";

export interface Failure { status: number; code: string; detail: string }

export function asFailure(error: unknown): Failure {
  if (error instanceof ApiFailure) return { status: error.status, code: error.code, detail: error.detail };
  return { status: 500, code: "", detail: error instanceof Error ? error.message : String(error) };
}

export function inWords(failure: Failure, model = ""): string {
  const { status, code, detail } = failure;
  const known = code || (status === 404 && !detail ? "file_not_found" : "");
  // Whoever named a folder reads which one is not there.
  if (known === "path_not_found") return t("error_any", { detail: serverWords(detail), model });
  const words = ["error_" + known, "error_" + (status > 503 ? 500 : status)];
  return t(words.find(has) ?? "error_any", { detail: serverWords(detail), model });
}
