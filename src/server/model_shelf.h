// The models that can answer, loaded when they are first asked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hub/model_store.h"
#include "lectern/engine.h"
#include "server/workers.h"

namespace lectern::server {

/// An engine in use: as long as somebody holds it, it is not unloaded. It is the shelf's all the same.
using EngineLease = std::shared_ptr<Engine>;

/// Opens a model, which may take minutes where it has to be compiled. Throws Error, kCancelled where it is stopped.
using OpenModel = std::function<std::unique_ptr<Engine>(const std::filesystem::path&, const std::stop_token&)>;

struct ModelShelfOptions {
  OpenModel open;
  /// The models that there are, besides those that the shelf begins with.
  std::function<std::vector<hub::InstalledModel>()> installed = hub::installed_models;
  /// Bytes of memory that may be taken; nothing where that is unknown.
  std::function<std::optional<std::int64_t>()> free_memory;
  int most_chat_engines = 2;       // loaded
  int most_embedding_engines = 2;  // the one that libraries use among them
  std::int64_t since = 0;          // seconds since 1970 that models are told to be of
};

struct ServedModel {
  hub::InstalledModel model;
  std::unique_ptr<Engine> engine;
};

/// Safe to use from any thread.
class ModelShelf {
 public:
  /// `embedding` stays loaded, `chat` goes as others do.
  ModelShelf(ServedModel chat, ServedModel embedding, ModelShelfOptions options);

  /// The engine that libraries embed with.
  Engine& embedder() { return *embedder_; }

  /// The engine where it is loaded, else null. Throws ApiError 400 for a model of the other kind.
  EngineLease loaded(const std::string& id, hub::ModelKind kind);

  /// Calls `then` with the engine, or with what went wrong, once it is loaded; soon and on another thread, or at once.
  /// Throws ApiError: 404 (no such model), 422 (a broken one), 400 (of the other kind), 429 (too many wait for it), 503
  /// (it was closed).
  using Then = std::function<void(EngineLease engine, std::exception_ptr failure)>;
  void lend(const std::string& id, hub::ModelKind kind, Then then);

  /// Unloads it, for whoever wants to delete it. Throws ApiError 409 where it is in use.
  void unload(const std::string& id);

  /// Of all engines that there are and were.
  EngineStatistics chat_statistics() const { return statistics(hub::ModelKind::kChat); }
  EngineStatistics embedding_statistics() const { return statistics(hub::ModelKind::kEmbedding); }

  /// {"object":"list","data":[…]}
  std::string list_json() const;
  /// One of them. Throws ApiError 404.
  std::string json_of(const std::string& id) const;

  /// Loads nothing any more. Who waits is soon told so, what is being compiled is given up.
  void close() { closing_.request_stop(); }
  /// The same, and returns when nothing is loaded any more. Those who still wait are not called.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  struct Slot {
    hub::InstalledModel model;
    std::unique_ptr<Engine> engine;  // null while it loads
    std::shared_ptr<void> use;       // shared with those who hold a lease
    Clock::time_point used;          // last
    std::vector<Then> waiting;

    bool is_idle() const { return engine && use.use_count() == 1; }
  };

  std::vector<hub::InstalledModel> models() const;
  std::vector<hub::InstalledModel> sound_models() const;
  hub::InstalledModel find(const std::string& id) const;
  void check_kind(const hub::InstalledModel& model, hub::ModelKind kind) const;
  Slot& put(ServedModel served);
  EngineLease lease(Slot& slot);
  void load(const hub::InstalledModel& model);
  std::unique_ptr<Engine> open(const hub::InstalledModel& model);
  void make_room(const hub::InstalledModel& model);
  int most_engines(hub::ModelKind kind) const;
  bool is_full(hub::ModelKind kind) const;
  std::unique_ptr<Engine> take_idle(std::optional<hub::ModelKind> kind);
  std::unique_ptr<Engine> take(std::map<std::string, Slot>::iterator slot);
  EngineStatistics statistics(hub::ModelKind kind) const;
  nlohmann::ordered_json describe(const hub::InstalledModel& model) const;

  const ModelShelfOptions options_;
  const hub::InstalledModel chat_, embedding_;       // those that it began with
  mutable std::mutex mutex_;                         // of what follows
  std::map<std::string, Slot> slots_;                // loaded and loading
  std::map<hub::ModelKind, EngineStatistics> gone_;  // of engines that were unloaded
  Engine* embedder_;
  std::stop_source closing_;
  Workers loader_{1};  // last: it uses the others
};

}  // namespace lectern::server
