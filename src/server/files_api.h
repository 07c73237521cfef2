// /v1/libraries/{library}/files: the single documents of a library, listed, sent, taken out, read again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/exchange.h"
#include "server/library_keeper.h"
#include "server/router.h"

namespace lectern::server {

/// Every route of it may take its time. Safe to use from any thread.
class FilesApi {
 public:
  /// `keeper` must outlive it.
  explicit FilesApi(LibraryKeeper& keeper) : keeper_(keeper) {}

  std::vector<Route> routes();

 private:
  using Asked = std::shared_ptr<Exchange>;

  void list(const Asked& exchange, const std::string& library) const;
  void receive(const Asked& exchange, const std::string& library);
  void remove(const Asked& exchange, const std::string& library);
  void read_again(const Asked& exchange, const std::string& library);

  LibraryKeeper& keeper_;
};

}  // namespace lectern::server
