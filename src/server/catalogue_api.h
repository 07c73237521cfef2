// /v1/catalogue: models to be fetched, and those that were.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/downloads.h"
#include "server/exchange.h"
#include "server/model_shelf.h"
#include "server/router.h"

namespace lectern::server {

/// Every route of it may take its time. Safe to use from any thread.
class CatalogueApi {
 public:
  /// `shelf` must outlive it.
  explicit CatalogueApi(ModelShelf& shelf);

  std::vector<Route> routes();

 private:
  using Asked = std::shared_ptr<Exchange>;

  void list(const Asked& exchange) const;
  void show(const Asked& exchange, const std::string& id, int status) const;
  void pull(const Asked& exchange, const std::string& id);
  void cancel(const Asked& exchange, const std::string& id);
  void remove(const Asked& exchange, const std::string& id);

  ModelShelf& shelf_;
  Downloads downloads_;
};

}  // namespace lectern::server
