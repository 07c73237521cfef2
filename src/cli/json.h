// The JSON of docs/json.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/statistic.h"
#include "hub/model_list.h"
#include "lectern/chat.h"
#include "lectern/library.h"
#include "lectern/library_file.h"

namespace lectern::cli {

/// Each is one line without its line break. `id`, where not empty, is JSON that comes first as "id".
std::string to_json(std::span<const Passage> passages, std::string_view id = {});
std::string to_json(const Answer& answer, std::string_view id = {});
std::string to_json(const IndexReport& report);
std::string to_json(const BenchResult& result);
std::string to_json(std::span<const LibrarySummary> libraries);
std::string to_json(const LibraryDetails& details);
std::string to_json(const LibraryCheck& check);
std::string to_json(const ExportedDocument& exported);
std::string to_json(const ExportReport& report);
std::string to_json(std::span<const hub::ListedModel> models);
std::string pulled_to_json(std::string_view id, std::string_view path, std::int64_t bytes);
std::string removed_to_json(std::string_view file);
std::string taken_out_to_json(std::string_view folder, std::int64_t documents);
std::string failure_to_json(std::string_view message, std::string_view id);
std::string ids_to_json(std::span<const std::int32_t> ids);
std::string embedding_to_json(std::span<const float> embedding);
std::string perplexity_to_json(double perplexity, std::int64_t tokens);

}  // namespace lectern::cli
