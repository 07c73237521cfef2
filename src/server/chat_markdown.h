// A kept chat as a document for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace lectern::server {

/// Questions and answers in their order, with what each answer cites below it under the numbers that it uses.
/// `messages` are as a chat keeps them: their "answer" holds whatever a client put there.
std::string to_markdown(const std::string& title, const nlohmann::json& messages, bool chinese);

/// Of a language tag: "zh", "zh-CN".
bool is_chinese(std::string_view language);

}  // namespace lectern::server
