#include "server/model_shelf.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/paths.h"
#include "hub/disk_space.h"
#include "server/api_error.h"
#include "server/json_text.h"

namespace lectern::server {
namespace {

using hub::InstalledModel;
using hub::ModelKind;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostWaiting = 1024;  // for one model

ApiError closed() {
  return {503, "The server is being stopped, and loads no more models: ask again when it is back.", {}, "stopping"};
}

ApiError no_such_model(const std::string& id) {
  const auto name = to_valid_utf8(id);
  const auto* known = hub::catalogue().find(id);
  const std::string advice = known == nullptr ? "GET /v1/models lists them."
                                              : "fetch it with POST /v1/catalogue/" + known->id +
                                                    "/pull, or with `lectern models pull " + known->id + "`.";
  return {404, "There is no model \"" + name + "\" here: " + advice, "model", "model_not_found"};
}

void add_sizes(StepSizes& sum, const StepSizes& more) {
  for (std::size_t i = 0; i < sum.steps.size(); ++i) sum.steps[i] += more.steps[i];
  sum.sum += more.sum;
}

ApiError broken_model(const std::string& id, const std::string& problem) {
  const auto name = to_valid_utf8(id);
  const bool pulled = hub::catalogue().find(id) != nullptr;
  const auto advice = pulled ? "delete it with `lectern models rm " + name + "`, and pull it again."
                             : "put a whole file in its place, or take it away.";
  return {422, "The model \"" + name + "\" cannot answer: " + problem + " To mend that, " + advice, "model",
          "model_broken"};
}

// What has been counted; what is so at the moment goes with the engine.
void add_counters(EngineStatistics& sum, const EngineStatistics& more) {
  sum.preemptions += more.preemptions;
  sum.steps += more.steps;
  sum.prompt_tokens += more.prompt_tokens;
  sum.cached_tokens += more.cached_tokens;
  sum.generated_tokens += more.generated_tokens;
  sum.drafted_tokens += more.drafted_tokens;
  sum.accepted_tokens += more.accepted_tokens;
  add_sizes(sum.step_requests, more.step_requests);
  add_sizes(sum.step_tokens, more.step_tokens);
}

}  // namespace

ModelShelf::ModelShelf(ServedModel chat, ServedModel embedding, ModelShelfOptions options)
    : options_(std::move(options)), chat_(chat.model), embedding_(embedding.model) {
  put(std::move(chat));
  Slot& own = put(std::move(embedding));
  embedder_ = lease(own).get();
}

ModelShelf::Slot& ModelShelf::put(ServedModel served) {
  Slot& slot = slots_[served.model.id];
  slot.model = std::move(served.model);
  slot.engine = std::move(served.engine);
  slot.use = std::make_shared<char>();
  slot.used = Clock::now();
  return slot;
}

EngineLease ModelShelf::lease(Slot& slot) {
  slot.used = Clock::now();
  return {slot.use, slot.engine.get()};
}

EngineLease ModelShelf::loaded(const std::string& id, ModelKind kind) {
  const std::lock_guard lock(mutex_);
  const auto slot = slots_.find(id);
  if (slot == slots_.end() || !slot->second.engine) return nullptr;
  check_kind(slot->second.model, kind);
  return lease(slot->second);
}

void ModelShelf::lend(const std::string& id, ModelKind kind, Then then) {
  const InstalledModel model = find(id);
  check_kind(model, kind);
  EngineLease engine;
  {
    const std::lock_guard lock(mutex_);
    if (closing_.stop_requested()) throw closed();
    Slot& slot = slots_[id];
    if (slot.engine) {
      engine = lease(slot);
    } else {
      if (slot.waiting.size() >= kMostWaiting)
        throw ApiError(429, "As many wait for the model \"" + id + "\" as may: try again.", {}, "queue_full");
      const bool begins = slot.waiting.empty();
      slot.model = model;
      slot.waiting.push_back(std::move(then));
      if (begins) loader_.post([this, model] { load(model); });
    }
  }
  if (engine) then(std::move(engine), nullptr);
}

void ModelShelf::stop() {
  close();
  loader_.stop();
}

void ModelShelf::load(const InstalledModel& model) {
  std::exception_ptr failure;
  std::unique_ptr<Engine> engine;
  try {
    if (!closing_.stop_requested()) {
      make_room(model);
      engine = open(model);
    }
  } catch (...) {
    failure = std::current_exception();
  }
  if (closing_.stop_requested()) {
    engine.reset();
    failure = std::make_exception_ptr(closed());
  }
  std::vector<Then> waiting;
  EngineLease lent;
  {
    const std::lock_guard lock(mutex_);
    waiting = std::move(slots_[model.id].waiting);
    if (failure)
      slots_.erase(model.id);
    else
      lent = lease(put({model, std::move(engine)}));
  }
  for (const auto& then : waiting) then(lent, failure);
}

std::unique_ptr<Engine> ModelShelf::open(const InstalledModel& model) {
  std::unique_ptr<Engine> engine;
  try {
    engine = options_.open(model.path, closing_.get_token());
  } catch (const Error& error) {
    const auto code = error.code();
    const bool broken = code == ErrorCode::kCorrupt || code == ErrorCode::kUnsupported || code == ErrorCode::kVersion;
    if (broken) throw broken_model(model.id, error.what());
    throw;
  }
  if (engine->info().generates == (model.kind == ModelKind::kChat)) return engine;
  throw ApiError(400, "The model \"" + model.id + "\" is of another kind than it seemed to be.", "model",
                 "invalid_value");
}

// So that the model fits beside those that are loaded; those asked for longest ago go.
void ModelShelf::make_room(const InstalledModel& model) {
  while (is_full(model.kind)) {
    if (take_idle(model.kind)) continue;
    throw ApiError(503,
                   fmt::format("The models that are loaded are answering, and no more than {} are loaded at once: try "
                               "again when an answer is done.",
                               most_engines(model.kind)),
                   "model", "models_busy");
  }
  const std::int64_t needed = hub::memory_bytes(model);
  for (;;) {
    const auto free = options_.free_memory ? options_.free_memory() : std::nullopt;
    if (!free || *free >= needed) return;
    if (take_idle(std::nullopt)) continue;
    throw ApiError(
        503,
        fmt::format("The model \"{}\" needs about {} of memory, and {} are free: close something, or choose a "
                    "smaller model.",
                    model.id, hub::size_text(needed), hub::size_text(*free)),
        "model", "insufficient_memory");
  }
}

int ModelShelf::most_engines(ModelKind kind) const {
  return kind == ModelKind::kChat ? options_.most_chat_engines : options_.most_embedding_engines;
}

bool ModelShelf::is_full(ModelKind kind) const {
  const std::lock_guard lock(mutex_);
  const auto loaded = std::count_if(slots_.begin(), slots_.end(), [&](const auto& entry) {
    return entry.second.engine && entry.second.model.kind == kind;
  });
  return loaded >= most_engines(kind);
}

// The engine that was asked for longest ago of those that nobody uses. It ends where it is dropped, without the lock.
std::unique_ptr<Engine> ModelShelf::take_idle(std::optional<ModelKind> kind) {
  const std::lock_guard lock(mutex_);
  auto oldest = slots_.end();
  for (auto slot = slots_.begin(); slot != slots_.end(); ++slot) {
    const bool fits =
        slot->second.is_idle() && slot->second.engine.get() != embedder_ && (!kind || slot->second.model.kind == *kind);
    if (fits && (oldest == slots_.end() || slot->second.used < oldest->second.used)) oldest = slot;
  }
  return oldest == slots_.end() ? nullptr : take(oldest);
}

std::unique_ptr<Engine> ModelShelf::take(std::map<std::string, Slot>::iterator slot) {
  auto engine = std::move(slot->second.engine);
  add_counters(gone_[slot->second.model.kind], engine->statistics());
  slots_.erase(slot);
  return engine;
}

void ModelShelf::unload(const std::string& id) {
  std::unique_ptr<Engine> engine;
  const std::lock_guard lock(mutex_);
  const auto slot = slots_.find(id);
  const bool kept = id == chat_.id || id == embedding_.id || (slot != slots_.end() && !slot->second.is_idle());
  if (kept)
    throw ApiError(409, "The model \"" + to_valid_utf8(id) + "\" is in use: it cannot be deleted now.", "model",
                   "model_in_use");
  if (slot != slots_.end()) engine = take(slot);
}

std::vector<InstalledModel> ModelShelf::models() const {
  std::vector<InstalledModel> models = {chat_, embedding_};
  for (auto& model : options_.installed()) {
    if (model.id != chat_.id && model.id != embedding_.id) models.push_back(std::move(model));
  }
  return models;
}

// Those that can answer, as far as is known.
std::vector<InstalledModel> ModelShelf::sound_models() const {
  auto sound = models();
  std::erase_if(sound, [](const auto& model) { return !model.problem.empty(); });
  return sound;
}

InstalledModel ModelShelf::find(const std::string& id) const {
  for (auto& model : models()) {
    if (model.id != id) continue;
    if (!model.problem.empty()) throw broken_model(id, model.problem);
    return model;
  }
  throw no_such_model(id);
}

void ModelShelf::check_kind(const InstalledModel& model, ModelKind kind) const {
  if (model.kind == kind) return;
  const bool wants_chat = kind == ModelKind::kChat;
  throw ApiError(
      400,
      fmt::format("The model \"{}\" {}: use \"{}\".", model.id,
                  wants_chat ? "generates no text" : "makes no embeddings", (wants_chat ? chat_ : embedding_).id),
      "model", "invalid_value");
}

EngineStatistics ModelShelf::statistics(ModelKind kind) const {
  const std::lock_guard lock(mutex_);
  const auto gone = gone_.find(kind);
  EngineStatistics sum = gone == gone_.end() ? EngineStatistics{} : gone->second;
  for (const auto& [id, slot] : slots_) {
    if (!slot.engine || slot.model.kind != kind) continue;
    const auto now = slot.engine->statistics();
    add_counters(sum, now);
    sum.kv_blocks_total += now.kv_blocks_total;
    sum.kv_blocks_free += now.kv_blocks_free;
  }
  return sum;
}

Json ModelShelf::describe(const InstalledModel& model) const {
  const std::lock_guard lock(mutex_);
  const auto slot = slots_.find(model.id);
  const Engine* engine = slot == slots_.end() ? nullptr : slot->second.engine.get();
  const auto* known = hub::catalogue().find(model.id);
  Json context;  // null
  if (engine != nullptr)
    context = engine->info().context_length;
  else if (known != nullptr)
    context = known->context_length;
  return {{"id", model.id},
          {"object", "model"},
          {"created", options_.since},
          {"owned_by", "lectern"},
          {"lectern", {{"kind", name(model.kind)}, {"loaded", engine != nullptr}, {"context_length", context}}}};
}

std::string ModelShelf::list_json() const {
  Json list = Json::array();
  for (const auto& model : sound_models()) list.push_back(describe(model));
  return dump({{"object", "list"}, {"data", std::move(list)}});
}

std::string ModelShelf::json_of(const std::string& id) const { return dump(describe(find(id))); }

}  // namespace lectern::server
