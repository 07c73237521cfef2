// Folders that are read into a library while the server answers.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <thread>
#include <vector>

#include "lectern/library.h"

namespace lectern::server {

class Indexing {
 public:
  Indexing(std::shared_ptr<Library> library, std::vector<std::filesystem::path> folders);
  /// Stops it: what was read so far stays.
  ~Indexing();
  Indexing(const Indexing&) = delete;

  /// {"stage","unit","done","total","file"}, or null when it is done.
  nlohmann::ordered_json json() const;

 private:
  struct Now {
    std::string stage, unit, file;
    std::int64_t done = 0, total = 0;
    bool finished = false;
  };

  void run(const std::stop_token& stop, Library& library, const std::vector<std::filesystem::path>& folders);

  mutable std::mutex mutex_;
  Now now_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace lectern::server
