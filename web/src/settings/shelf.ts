// The models that can answer.
import { models } from "../api/models";
import type { Model } from "../api/types";
import { Store } from "../store";
import { chosenModel } from "./settings";

export const modelShelf = new Store<Model[]>([]);

export async function refreshModels(): Promise<void> {
  const list = await models.list();
  modelShelf.set(list.filter((model) => model.lectern ? model.lectern.kind === "chat" : true));
}

/** False where it is known not to be: it is loaded when it is first asked. */
export function isLoaded(model: string): boolean {
  return modelShelf.get().find(({ id }) => id === model)?.lectern?.loaded ?? true;
}

/** The one that Lectern was started with, which it does not let go of; "" while that is not known. */
export function firstModel(): string {
  return modelShelf.get()[0]?.id ?? "";
}

/** The model that answers: the chosen one while it is there, else the first. */
export function answeringModel(): string {
  const list = modelShelf.get(), chosen = chosenModel.get();
  return list.some((model) => model.id === chosen) ? chosen : firstModel();
}
