// Offers to take a change of a chat back.
import { t } from "../i18n";
import { toast } from "../ui/toast";
import type { Conversation } from "./conversation";
import { showInstead } from "./open";

export function offerUndo(chat: Conversation, said: string, undo: () => void): void {
  const run = (): void => {
    undo();
    showInstead(chat);
  };
  toast(said, { label: t("undo"), run });
}
