// /v1/libraries: made, deleted, filled, looked at.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lectern/library_file.h"
#include "server/exchange.h"
#include "server/files_api.h"
#include "server/library_keeper.h"
#include "server/library_shelf.h"
#include "server/router.h"

namespace lectern::server {

struct LibraryOptions {
  std::size_t most_watches = 0;  // of folders; 0: as many as the system gives
};

/// Every route of it may take its time. Safe to use from any thread.
class LibraryApi {
 public:
  /// `shelf` must outlive it.
  LibraryApi(LibraryShelf& shelf, const LibraryOptions& options)
      : shelf_(shelf), keeper_(shelf, options.most_watches) {}

  /// Adds `folders` to the library of that name, which is made where there is none.
  void add_folders(const std::string& library, const std::vector<std::filesystem::path>& folders);
  /// Which from now on is kept in step. Throws as LibraryShelf::open does.
  std::shared_ptr<Library> open(const std::string& library);
  /// From now on every library that has folders is kept in step with them.
  void keep_all();

  std::vector<Route> routes();

 private:
  using Asked = std::shared_ptr<Exchange>;

  void list(const Asked& exchange) const;
  void create(const Asked& exchange);
  void show(const Asked& exchange, const std::string& library) const;
  void remove(const Asked& exchange, const std::string& library);
  void add_folder(const Asked& exchange, const std::string& library);
  void remove_folder(const Asked& exchange, const std::string& library);
  void read(const Asked& exchange, const std::string& library);
  void cancel(const Asked& exchange, const std::string& library);
  void search(const Asked& exchange, const std::string& library);

  // How far its reading is, and which of its folders are away.
  void add_state(nlohmann::ordered_json& json, const LibrarySummary& library) const;
  void summarize(const Asked& exchange, const std::string& library, int status) const;

  LibraryShelf& shelf_;
  LibraryKeeper keeper_;
  FilesApi files_{keeper_};
};

}  // namespace lectern::server
