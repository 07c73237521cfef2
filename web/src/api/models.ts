// The routes of models: those that answer, and those that can be fetched.
import { ask, askJson } from "./client";
import type { CatalogueModel, List, Model } from "./types";

const at = (id: string, rest = ""): string => `/v1/catalogue/${encodeURIComponent(id)}${rest}`;

export const models = {
  list: async (): Promise<Model[]> => (await askJson<List<Model>>("GET", "/v1/models")).data,
  catalogue: async (): Promise<CatalogueModel[]> => (await askJson<List<CatalogueModel>>("GET", "/v1/catalogue")).data,
  pull: (id: string): Promise<unknown> => ask("POST", at(id, "/pull")),
  cancel: (id: string): Promise<unknown> => ask("DELETE", at(id, "/pull")),
  remove: (id: string): Promise<unknown> => ask("DELETE", at(id)),
};
