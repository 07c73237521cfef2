// How files, collections and moments are called.
import { t } from "../i18n";

export function fileName(file: string): string {
  return file.replace(/\/+$/, "").split("/").pop() || file;
}

export function libraryName(name: string): string {
  return name === "default" ? t("myFiles") : name;
}

export function timeLeft(seconds: number): string {
  return seconds < 90 ? t("secondsLeft", { count: Math.max(1, Math.round(seconds)) }) : t("minutesLeft", { count: Math.round(seconds / 60) });
}

/** 3:05, 1:02:03 */
export function moment(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, i) => i === 0 ? String(part) : String(part).padStart(2, "0")).join(":");
}

export function place(source: { page: number | null; time?: number | null }): string {
  if (source.page !== null) return t("page", { page: source.page });
  return source.time === undefined || source.time === null ? "" : t("moment", { time: moment(source.time) });
}
