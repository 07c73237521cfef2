#include "hub/refusal.h"

#include <fmt/format.h>

namespace lectern::hub {

bool may_pass(int status) {
  return status == 408 || status == 425 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

Error refusal(int status, const Hub& hub, const CatalogueModel& model, const ModelFile& file) {
  const std::string page = model_page(hub, model);
  if (status == 401 || status == 403) {
    const std::string what =
        fmt::format("The hub gives {} only to those who are allowed to have it ({}).", model.id, status);
    if (hub.token.empty()) {
      return {ErrorCode::kIo,
              fmt::format("{} Accept its conditions at {} with an account of yours, make a token there, "
                          "and set HF_TOKEN to it.",
                          what, page)};
    }
    return {ErrorCode::kIo, fmt::format("{} HF_TOKEN does not allow it: accept the conditions at {} with the account "
                                        "that the token is of, or make another token.",
                                        what, page)};
  }
  if (status == 404 || status == 410) {
    return {ErrorCode::kNotFound,
            fmt::format("The hub has no {} of {} (any more): see {}. A newer Lectern may know where "
                        "it went.",
                        file.name, model.id, page)};
  }
  return {ErrorCode::kIo, fmt::format("The hub answers with {} where {} of {} was asked for: try again later.", status,
                                      file.name, model.id)};
}

}  // namespace lectern::hub
