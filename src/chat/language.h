// What Lectern itself says, in the language of the question.
#pragma once

#include <string_view>

namespace lectern::chat {

struct Phrases {
  std::string_view instructions;             // for answers from passages
  std::string_view conversation;             // without a library
  std::string_view passages;                 // heading of the passages in the prompt
  std::string_view page_before, page_after;  // around a page's number in a passage's first line
  std::string_view question;                 // heading of the question in the prompt
  std::string_view judging;                  // instructions for a judge of one excerpt
  std::string_view excerpt;                  // heading of the excerpt that is judged; its headings follow
  std::string_view judgement;                // asks whether it answers the question
  std::string_view yes, no;                  // the replies
  std::string_view rewriting;                // asks to complete a question from what came before
  std::string_view quoted;                   // before a quotation beside the answer
  std::string_view nearest;                  // the same where it may not answer the question
  std::string_view not_found;                // the answer where the files do not tell
  std::string_view empty_library;            // the answer where there are no files
};

/// Chinese for a question that is mostly Chinese, else English. A small model (some hundred million weights) follows
/// short instructions, and does not number its sentences: that is left to the check of its answer.
Phrases phrases_for(std::string_view question, bool small_model = false);

}  // namespace lectern::chat
