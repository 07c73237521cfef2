// Failures in words: what happened and what to do.
import { ApiFailure } from "../api/client";
import { has, t } from "../i18n";

export interface Failure { status: number; code: string; detail: string }

export function asFailure(error: unknown): Failure {
  if (error instanceof ApiFailure) return { status: error.status, code: error.code, detail: error.detail };
  return { status: 500, code: "", detail: error instanceof Error ? error.message : String(error) };
}

export function inWords(failure: Failure, model = ""): string {
  const { status, code, detail } = failure;
  if (code === "model_not_found") return t("error_model", { model });
  if (code === "context_length_exceeded") return t("error_context");
  if (code === "path_not_found") return t("error_any", { detail });
  const word = "error_" + (status > 503 ? 500 : status);
  return t(has(word) ? word : "error_any", { detail });
}
