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
  if (code === "path_not_found") return t("error_any", { detail, model });
  const words = ["error_" + code, "error_" + (status > 503 ? 500 : status)];
  return t(words.find(has) ?? "error_any", { detail, model });
}
